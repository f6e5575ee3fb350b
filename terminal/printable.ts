/**
 * Makes other people's text safe for an operator's terminal: a producer's text (a source, a file's name),
 * or another operator's (a name, a reason), could otherwise move the cursor, forge lines or hide others.
 * https://www.unicode.org/reports/tr36/
 */
const CONTROLS_AND_FORMATS = /(?!\t)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * On one line. Each control character (except a tab), change of direction, invisible character and half of
 * a pair is written as in JSON: `\u001b`.
 */
export function printable(text: string): string {
  return text.replace(CONTROLS_AND_FORMATS, (character) =>
    Array.from({ length: character.length }, (_, n) => escaped(character.charCodeAt(n))).join(''),
  );
}

const escaped = (unit: number) => `\\u${unit.toString(16).padStart(4, '0')}`;

/** The same for a text of many lines, which stay. */
export function printableLines(text: string): string {
  return text.split(/\r?\n/).map(printable).join('\n');
}

/** A value as JSON on one line: JSON itself escapes only the controls below U+0020. */
export function printableJson(value: unknown): string {
  return printable(JSON.stringify(value));
}
