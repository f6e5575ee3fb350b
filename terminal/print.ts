/** The two ways in which a command prints. Nothing in this folder writes to a terminal by itself. */
import { once } from 'node:events';
import { printable, printableLines } from './printable.ts';

/** A result, for people or for the next program. */
export function print(text: string): void {
  process.stdout.write(`${printableLines(text)}\n`);
}

/** A part of a result that may be large: waits if the reader is slower. */
export async function printPart(text: string): Promise<void> {
  if (text !== '' && !process.stdout.write(printableLines(text))) {
    await once(process.stdout, 'drain');
  }
}

/** Text beside the result: what went wrong, and a summary. */
export function complain(text: string): void {
  process.stderr.write(`${printableLines(text)}\n`);
}

/** Rows with line ends as in RFC 4180. */
export function printCsv(rows: string): void {
  process.stdout.write(rows.split('\r\n').map(printable).join('\r\n'));
}
