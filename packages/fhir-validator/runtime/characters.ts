/**
 * Scanners for formats that are sets of characters. They take linear time for any value. Long
 * values are searched by a regular expression with a single character class, which is linear too
 * and three times as fast. For short values the call would cost more than a loop.
 */

const LONG = 48;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f]/;
const NOT_BASE64 = /[^A-Za-z0-9+/]/;
const MEGABYTE = 1024 * 1024;
const TAB = 9;
const LINE_FEED = 10;
const RETURN = 13;
const SPACE = 32;
const TILDE = 126;
const EQUALS = 61;

/**
 * string, markdown, xhtml: 1 character to 1 MiB, no control characters. `isFreeOfControls`: the
 * caller knows that there are none.
 */
export function isString(value: unknown, isFreeOfControls = false): value is string {
  if (typeof value !== 'string') return false;
  const length = value.length;
  if (length === 0 || length > MEGABYTE) return false;
  if (isFreeOfControls) return true;
  if (length > LONG) return !CONTROL.test(value);
  for (let i = 0; i < length; i++) {
    const char = value.charCodeAt(i);
    if (char < SPACE && char !== TAB && char !== LINE_FEED && char !== RETURN) return false;
  }
  return true;
}

/** A string that begins with a letter, a digit or punctuation of ASCII. */
export function isUsualText(value: string): boolean {
  const { length } = value;
  if (length === 0 || length > MEGABYTE) return false;
  const first = value.charCodeAt(0);
  return first > SPACE && first <= TILDE;
}

/** No whitespace at the ends, single spaces inside. */
export function isCode(value: unknown): value is string {
  if (typeof value !== 'string' || value.length === 0 || value.length > MEGABYTE) return false;
  let afterSpace = true;
  for (let i = 0; i < value.length; i++) {
    const char = value.charCodeAt(i);
    // Nearly all characters are these.
    if (char > SPACE && char <= TILDE) {
      afterSpace = false;
    } else if (isSpace(char)) {
      if (afterSpace || char !== SPACE) return false;
      afterSpace = true;
    } else if (char < SPACE) {
      return false;
    } else {
      afterSpace = false;
    }
  }
  return !afterSpace;
}

/** 1 to 64 characters of A-Z, a-z, 0-9, hyphen and dot. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && isIdFrom(value, 0);
}

/** Whether the rest of a text is an id. */
export function isIdFrom(value: string, from: number): boolean {
  const length = value.length - from;
  if (length < 1 || length > 64) return false;
  for (let i = from; i < value.length; i++) {
    const char = value.charCodeAt(i);
    if (!isLetterOrDigit(char) && char !== 45 && char !== 46) return false;
  }
  return true;
}

/** Not empty, no whitespace. isUrn checks the part after a known `urn:` scheme. */
export function isUri(value: unknown): value is string {
  if (typeof value !== 'string' || value.length === 0 || value.length > MEGABYTE) return false;
  for (let i = 0; i < value.length; i++) {
    const char = value.charCodeAt(i);
    if (char <= SPACE || (char > 126 && isSpace(char))) return false;
  }
  return true;
}

/**
 * Whether a text is only white space. The first character decides nearly always, so it is read
 * here.
 */
export function isBlank(value: string): boolean {
  const first = value.charCodeAt(0);
  return (first <= SPACE || first > TILDE) && isAllSpace(value);
}

function isAllSpace(value: string): boolean {
  for (let i = 0; i < value.length; i++) if (!isSpace(value.charCodeAt(i))) return false;
  return true;
}

/**
 * RFC 4648 with padding at the end. White space is allowed only where the type's regular expression
 * allows it, around groups of four: https://hl7.org/fhir/R4/datatypes.html#base64Binary
 */
export function isBase64(value: unknown): value is string {
  if (typeof value !== 'string' || value.length === 0) return false;
  let end = value.length;
  if (isSpace(value.charCodeAt(end - 1)) || value.length % 4 !== 0) return isSpacedBase64(value);
  if (value.charCodeAt(end - 1) === EQUALS) end--;
  if (value.charCodeAt(end - 1) === EQUALS) end--;
  if (end > LONG) return !NOT_BASE64.test(value.slice(0, end)) || isSpacedBase64(value);
  for (let i = 0; i < end; i++) {
    if (!isBase64Character(value.charCodeAt(i))) return isSpacedBase64(value);
  }
  return true;
}

/** The regular expression engine finds runs of characters many times as fast as a loop. */
function isSpacedBase64(value: string): boolean {
  let characters = 0;
  for (let at = skipSpace(value, 0); at < value.length; at = skipSpace(value, at)) {
    BASE64_RUN.lastIndex = at;
    if (!BASE64_RUN.test(value)) return false;
    const length = BASE64_RUN.lastIndex - at;
    at = BASE64_RUN.lastIndex;
    if (length % 4 !== 0) return false;
    characters += length;
    // Nothing may follow the padding.
    if (value.charCodeAt(at - 1) === EQUALS && skipSpace(value, at) < value.length) return false;
  }
  return characters > 0;
}

const BASE64_RUN = /[A-Za-z0-9+/]+={0,2}/y;

function skipSpace(value: string, from: number): number {
  let at = from;
  while (at < value.length && isSpace(value.charCodeAt(at))) at++;
  return at;
}

function isBase64Character(char: number): boolean {
  return isLetterOrDigit(char) || char === 43 || char === 47;
}

/** Number of bytes that valid base64 encodes. */
export function base64Bytes(data: string): number {
  let characters = 0;
  for (let i = 0; i < data.length; i++) {
    const char = data.charCodeAt(i);
    if (char !== EQUALS && !isSpace(char)) characters++;
  }
  return Math.floor((characters * 3) / 4);
}

export function isDigit(char: number): boolean {
  return char >= 48 && char <= 57;
}

function isLetterOrDigit(char: number): boolean {
  return (char >= 97 && char <= 122) || (char >= 65 && char <= 90) || isDigit(char);
}

function isSpace(char: number): boolean {
  return (
    char === SPACE ||
    (char >= TAB && char <= RETURN) ||
    char === 0xa0 ||
    (char >= 0x2000 && char <= 0x200a) ||
    char === 0x2028 ||
    char === 0x2029 ||
    char === 0x202f ||
    char === 0x205f ||
    char === 0x3000 ||
    char === 0xfeff
  );
}
