import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const folder = join(import.meta.dirname, '../../simulation/checks');
const textOf = (file: string) => readFileSync(join(folder, file), 'utf8');
/** The kinds that a checker asks for, as it lists them. */
const listed = (text: string) => /readonly kinds = \[([^\]]*)\]/.exec(text)?.[1];
const checkers = readdirSync(folder).filter((file) => listed(textOf(file)) !== undefined);
/** Another file that looks at effects for one of them. */
const WITH: Readonly<Record<string, string>> = { 'supervision-checker.ts': 'late-enablings.ts' };

function namesIn(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))].sort();
}

describe('a checker is given each kind of effect that its code looks at', () => {
  test('all are found', () => {
    expect(checkers).toHaveLength(16);
  });

  test.each(checkers)('%s', (file) => {
    const other = WITH[file];
    const text = textOf(file) + (other === undefined ? '' : textOf(other));
    const used = namesIn(text, /(?:effect\.kind [!=]== |case )'(\w+)'/g);
    // An entry of a lane's outbox has a kind too.
    const kinds = used.filter((name) => name !== 'audit');
    expect(namesIn(listed(text) ?? '', /'(\w+)'/g)).toEqual(kinds);
  });
});
