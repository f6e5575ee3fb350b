import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const [, ...sections] = read('SECURITY.md').split(/^## /m);
const threats = sections.map((text) => ({
  title: text.slice(0, text.indexOf('\n')),
  text,
  proofs: [...text.matchAll(/^- `(.+?)`: "(.+)"$/gm)].map(([, file = '', title = '']) => ({
    file,
    title,
  })),
}));

/** Whether a test file has a test, or a group of tests, with exactly that title. */
function isTitled(source: string, title: string): boolean {
  const said = `'${title.replaceAll("'", "\\'")}'|"${title}"|\`${title}\``;
  return said
    .split('|')
    .some((literal) =>
      new RegExp(`(it|test|describe|\\])(\\.\\w+)*\\)?\\(\\s*${RegExp.escape(literal)},`).test(
        source,
      ),
    );
}

describe('SECURITY.md', () => {
  it('lists for each threat the tests of its defence, on lines that can be checked', () => {
    expect(threats.length).toBeGreaterThan(8);
    for (const { title, text, proofs } of threats) {
      expect(proofs.length, title).toBeGreaterThan(0);
      expect(text.match(/^- /gm), title).toHaveLength(proofs.length);
    }
  });

  test.each(threats.flatMap(({ proofs }) => proofs))(
    'names a test that exists: $file: $title',
    ({ file, title }) => {
      expect(isTitled(read(file), title)).toBe(true);
    },
  );

  it('would miss a test that was renamed', () => {
    const source = read('test/docs/security.test.ts');
    expect(isTitled(source, 'would miss a test that was renamed')).toBe(true);
    expect(isTitled(source, 'would miss a test that was')).toBe(false);
  });
});
