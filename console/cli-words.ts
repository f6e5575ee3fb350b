import { printable } from '../terminal/printable.ts';

/** Returns the command line for an act, ready to be pasted into a shell. */
export type CliWords = (...words: readonly (string | number)[]) => string;

/** @param options added to each command line, such as the stage */
export function cliWords(options: readonly string[]): CliWords {
  return (...words) => ['npm run cli --', ...[...words, ...options].map(quoted)].join(' ');
}

/** Quotes an argument for a POSIX shell. Control characters are escaped. */
function quoted(word: string | number): string {
  const text = printable(String(word));
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
