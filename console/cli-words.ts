import { printable } from '../terminal/printable.ts';

/** The same on the command line, to be pasted into a shell. */
export type CliWords = (...words: readonly (string | number)[]) => string;

/** @param options behind each, such as the stage */
export function cliWords(options: readonly string[]): CliWords {
  return (...words) => ['npm run cli --', ...[...words, ...options].map(quoted)].join(' ');
}

/** As a POSIX shell takes it; what a terminal would obey is written out. */
function quoted(word: string | number): string {
  const text = printable(String(word));
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
