/**
 * Which patients a text names: what an erasure finds, and what it refuses later.
 *
 * It works like a reader who marks each name in a letter and follows none of it. A text names a patient if
 * it holds a Patient with that id (alone or in a Bundle), or if any string holds `Patient/ID`: relative, at
 * the end of an absolute URL, with a version behind it, in a narrative. So every Reference of every type
 * counts, whatever its element is called, and so do extensions.
 *
 * The text is scanned and not parsed: the validator may have refused it, or it may have killed a worker.
 * One pass, no recursion, memory for as many objects as may be nested in a resource. Text that is not JSON
 * is read as far as it looks like JSON, and for `Patient/ID` outside of strings and for Patients in XML too. A contained Patient has an id of its own resource and names nobody.
 * A reference by identifier alone, or by a conditional URL, names nobody either.
 */
export interface Named {
  /** Ids of all patients that the text names. */
  readonly patients: ReadonlySet<string>;
  /** The patient's id, if the text is a Patient. */
  readonly self?: string;
}

/** Resources may nest 200 deep; deeper objects are scanned for strings only. */
const DEPTH_MAX = 1_000;
/** A longer name is not one of a property that matters. */
const NAME_CHARACTERS_MAX = 96;
const MAY_NAME = /Patient|\\u/;
const REFERENCE = /(?<![A-Za-z0-9])Patient\/([A-Za-z0-9.-]{1,64})(?![A-Za-z0-9.-])/g;
const REFERENCE_BEGINS = 'Patient/';
const CONTAINED = 'contained';

const IS_MARKUP = /^\s*</;
/** https://hl7.org/fhir/R4/xml.html: the id is a resource's first element. Bounded, so that it takes linear time (R62). */
const PATIENT_IN_XML =
  /<(?:[\w-]{1,32}:)?Patient\b[^<>]{0,1024}>\s{0,1024}<(?:[\w-]{1,32}:)?id\s{1,64}value\s{0,64}=\s{0,64}["']([A-Za-z0-9.-]{1,64})["']/g;

interface Place {
  /** The property whose value follows. */
  property: string | undefined;
  type?: string | undefined;
  id?: string | undefined;
  readonly isContained: boolean;
}

export function patientsNamed(text: string): Named {
  const patients = new Set<string>();
  if (!MAY_NAME.test(text)) return { patients };
  if (IS_MARKUP.test(text)) addAll(PATIENT_IN_XML, text, patients);
  const open: Place[] = [];
  let deeper = 0;
  let read = 0;
  let reference = text.indexOf(REFERENCE_BEGINS);
  /** JSON has no references outside of strings. Another text may have. */
  const readUpTo = (end: number) => {
    if (reference !== -1 && reference < read) reference = text.indexOf(REFERENCE_BEGINS, read);
    if (reference !== -1 && reference < end) addAll(REFERENCE, text.slice(read, end), patients);
  };
  let self: string | undefined;
  const close = () => {
    const place = open.pop();
    if (place?.type !== 'Patient' || place.id === undefined || place.isContained) return;
    patients.add(place.id);
    if (open.length === 0) self ??= place.id;
  };
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{' || character === '[') {
      if (open.length >= DEPTH_MAX) deeper += 1;
      else open.push(placeIn(open.at(-1)));
    } else if (character === '}' || character === ']') {
      if (deeper > 0) deeper -= 1;
      else close();
    } else if (character === '"') {
      const end = endOfString(text, at);
      const place = deeper > 0 ? undefined : open.at(-1);
      readUpTo(at);
      readString(text, at, end, place, patients);
      at = end;
      read = end + 1;
    }
  }
  readUpTo(text.length);
  while (open.length > 0) close();
  return { patients, ...(self !== undefined && { self }) };
}

/** Objects of an array are the values of the array's property. */
function placeIn(outer: Place | undefined): Place {
  const property = outer?.property;
  return { property, isContained: outer?.isContained === true || property === CONTAINED };
}

function readString(
  text: string,
  start: number,
  end: number,
  place: Place | undefined,
  patients: Set<string>,
): void {
  if (isName(text, end)) {
    if (place !== undefined) place.property = shortString(text, start, end);
  } else {
    if (place?.property === 'resourceType') place.type = shortString(text, start, end);
    if (place?.property === 'id') place.id = shortString(text, start, end);
  }
  const raw = text.slice(start + 1, end);
  if (MAY_NAME.test(raw)) addAll(REFERENCE, unescaped(raw), patients);
}

/** What the expression finds. */
function addAll(names: RegExp, text: string, patients: Set<string>): void {
  for (const [, id = ''] of text.matchAll(names)) patients.add(id);
}

/** Position of the closing quote, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

function isName(text: string, end: number): boolean {
  let at = end + 1;
  while (/[ \t\r\n]/.test(text[at] ?? '')) at += 1;
  return text[at] === ':';
}

function shortString(text: string, start: number, end: number): string | undefined {
  return end - start > 6 * NAME_CHARACTERS_MAX ? undefined : unescaped(text.slice(start + 1, end));
}

/** https://www.rfc-editor.org/rfc/rfc8259#section-7; a character without a meaning stands for itself. */
const MEANINGS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const FOUR_DIGITS = /^[0-9a-f]{4}$/i;

/**
 * Reads a string as JSON does, and also strings that are not valid JSON. Two bytes a character, because it may be
 * 10 MiB of escapes: what replaces them one by one needs 300 MB (R62).
 */
function unescaped(raw: string): string {
  if (!raw.includes('\\')) return raw;
  const units = new Uint16Array(raw.length);
  let length = 0;
  for (let at = 0; at < raw.length; at += 1) {
    let unit = raw.charCodeAt(at);
    if (raw[at] === '\\' && at + 1 < raw.length) {
      const sign = raw.charAt(at + 1);
      const digits = sign === 'u' ? raw.slice(at + 2, at + 6) : '';
      const isCode = FOUR_DIGITS.test(digits);
      unit = isCode ? Number.parseInt(digits, 16) : (MEANINGS[sign] ?? sign).charCodeAt(0);
      at += isCode ? 5 : 1;
    }
    units[length++] = unit;
  }
  return Buffer.from(units.buffer, 0, 2 * length).toString('utf16le');
}
