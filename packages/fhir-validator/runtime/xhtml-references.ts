/**
 * References in XML without a document type: the five predefined entities, and the characters that
 * XML allows. https://www.w3.org/TR/xml/#sec-references, https://hl7.org/fhir/R4/narrative.html
 */

const REFERENCE = /&(?:#([0-9]{1,10})|#x([0-9a-fA-F]{1,8})|([A-Za-z][A-Za-z0-9]{0,31}));/y;
/** Larger than any offset, and still a small integer for V8. */
const NOWHERE = 2 ** 30;
/** Matches the most frequent valid references. */
const USUAL = /&(?:amp|lt|gt|quot|apos|#1[0-9]{2}|#x[aA]0);/y;
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** The first words of a reference's fault. Other faults of markup begin differently. */
export const REFERENCE_FAULT = 'the reference';

/**
 * Finds the ampersands of a text in order, while the caller asks about one piece after the other.
 */
export class References {
  readonly #text: string;
  #next: number;

  constructor(text: string) {
    this.#text = text;
    this.#next = this.#find(0);
  }

  /** The fault of the first bad reference between `from` and `to`. Undefined if there is none. */
  faultIn(from: number, to: number): string | undefined {
    if (this.#next >= to) return undefined;
    if (this.#next < from) this.#next = this.#find(from);
    while (this.#next < to) {
      const fault = this.#faultAt(this.#next);
      if (fault !== undefined) return fault;
      this.#next = this.#find(this.#next + 1);
    }
    return undefined;
  }

  #faultAt(at: number): string | undefined {
    USUAL.lastIndex = at;
    if (USUAL.test(this.#text)) return undefined;
    REFERENCE.lastIndex = at;
    const found = REFERENCE.exec(this.#text);
    if (found === null) return 'an & that does not start a reference';
    const [whole, , , name] = found;
    if (name !== undefined) {
      if (ENTITIES.has(name)) return undefined;
      return `${REFERENCE_FAULT} ${whole} is not one of XML's entities: write the character itself`;
    }
    return isCharacter(codeOf(found))
      ? undefined
      : `${REFERENCE_FAULT} ${whole} is not a character of XML`;
  }

  #find(from: number): number {
    const at = this.#text.indexOf('&', from);
    return at < 0 ? NOWHERE : at;
  }
}

/** Decodes the well-formed content of an attribute. */
export function decoded(content: string): string {
  if (!content.includes('&')) return content;
  return content.replace(/&[^&;]{1,33};/g, (reference) => {
    REFERENCE.lastIndex = 0;
    const found = REFERENCE.exec(reference);
    if (found === null) return reference;
    return found[3] === undefined
      ? String.fromCodePoint(codeOf(found))
      : (ENTITIES.get(found[3]) ?? reference);
  });
}

function codeOf([, decimal, hex]: RegExpExecArray): number {
  return decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
}

/** https://www.w3.org/TR/xml/#NT-Char */
function isCharacter(code: number): boolean {
  return (
    code === 9 ||
    code === 10 ||
    code === 13 ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff)
  );
}
