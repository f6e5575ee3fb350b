/** What a benchmark takes on its command line: with a word that it ignored it would measure something else. */
import { UsageError } from '../cli/usage-error.ts';

export function noWords(words = process.argv.slice(2)): void {
  const [first] = words;
  if (first !== undefined)
    throw new UsageError(`this benchmark takes no words, found ${JSON.stringify(first)}`);
}

/** All words, which must be whole numbers above zero. */
export function wholeNumbers(words = process.argv.slice(2)): number[] {
  const wrong = words.find((word) => !/^[1-9]\d*$/.test(word));
  if (wrong !== undefined)
    throw new UsageError(`a whole number is expected, found ${JSON.stringify(wrong)}`);
  return words.map(Number);
}

/** Those whose names begin with the first word; all if there is none. */
export function named<T extends { readonly name: string }>(
  all: readonly T[],
  [start = '', ...more] = process.argv.slice(2),
): T[] {
  noWords(more);
  const found = all.filter(({ name }) => name.startsWith(start));
  if (start !== '' && found.length === 0) {
    const names = all.map(({ name }) => name).join(', ');
    throw new UsageError(
      `nothing is named ${JSON.stringify(start)}: there is ${names || 'nothing'}`,
    );
  }
  return found;
}
