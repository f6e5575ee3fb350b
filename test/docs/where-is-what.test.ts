/** Each file that docs/where-is-what.md names exists, and holds the name beside it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { ROOT } from './pages.ts';

const page = readFileSync(join(ROOT, 'docs', 'where-is-what.md'), 'utf8');
const codeIn = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

const HEADER = ['| what | file | name |', '|---|---|---|'];
const [, ...sections] = page.split(/^## /m).map((section) => {
  const [heading = '', ...lines] = section.split('\n');
  return { heading, lines: lines.filter((line) => line.startsWith('|')) };
});
const rows = sections
  .flatMap(({ lines }) => lines.slice(HEADER.length))
  .map((line) => {
    const [what = '', files = '', names = '', ...more] = line.split('|').slice(1, -1);
    // A pattern such as `cli/<noun>-command.ts` is no file.
    const paths = codeIn(files).filter((path) => !path.includes('<'));
    return { what: what.trim(), paths, names: codeIn(names), more };
  });

test.each(sections)('section "$heading" is a table with rows', ({ lines }) => {
  expect(lines.slice(0, HEADER.length)).toEqual(HEADER);
  expect(lines.length).toBeGreaterThan(HEADER.length);
});

test('each row has three cells and names a file', () => {
  expect.assertions(2 * rows.length);
  for (const { what, paths, more } of rows) {
    expect(paths, what).not.toEqual([]);
    expect(more, what).toEqual([]);
  }
});

test('no two rows say the same', () => {
  expect(new Set(rows.map(({ what }) => what)).size).toBe(rows.length);
});

describe('where to change what', () => {
  it.each(rows)('$what', ({ paths, names }) => {
    for (const path of paths) expect(existsSync(join(ROOT, path)), path).toBe(true);
    const texts = paths.map((path) => readFileSync(join(ROOT, path), 'utf8'));
    for (const name of names) {
      expect(
        texts.some((text) => new RegExp(`\\b${name}\\b`).test(text)),
        `${name} in ${paths}`,
      ).toBe(true);
    }
  });
});
