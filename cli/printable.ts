/**
 * Text of strangers, safe for an operator's terminal: what a producer wrote (a source, a file's name)
 * could otherwise move the cursor, forge lines or hide others. https://www.unicode.org/reports/tr36/
 */
const CONTROLS_AND_DIRECTIONS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** On one line, each control character (but a tab) and change of direction written as in JSON: `\u001b`. */
export function printable(text: string): string {
  return text.replace(
    CONTROLS_AND_DIRECTIONS,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The same for a text of many lines, which stay. */
export function printableLines(text: string): string {
  return text.split(/\r?\n/).map(printable).join('\n');
}

/** A value as JSON on one line: JSON itself writes out only the controls below U+0020. */
export function printableJson(value: unknown): string {
  return printable(JSON.stringify(value));
}
