/** Where a document points to is there: files, headings and the files of ours that it names. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const PAGES = [
  ...['README.md', 'ARCHITECTURE.md', 'SECURITY.md', 'CHANGELOG.md'],
  ...readdirSync(join(ROOT, 'docs')).flatMap((name) =>
    name.endsWith('.md') ? [`docs/${name}`] : [],
  ),
  'packages/fhir-validator/README.md',
];
const textOf = (page: string) => readFileSync(join(ROOT, page), 'utf8');

/** As GitHub makes them of headings. */
function anchorsOf(page: string): Set<string> {
  const headings = [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .trim()
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function deadLinksOf(page: string, text: string): string[] {
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return links.filter((link) => {
    if (/^(https?|mailto):/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : normalize(join(dirname(page), path));
    if (!existsSync(join(ROOT, target))) return true;
    return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).has(anchor);
  });
}

const OURS =
  /`((?:aws|bench|breaker|cli|core|demo|docs|emulator|events|functions|gameday|lib|packages|telemetry|terminal|test)\/[\w./-]+\.\w+)`/g;
const namesInVainOf = (text: string) =>
  [...text.matchAll(OURS)]
    .map(([, path = '']) => path)
    .filter((path) => !existsSync(join(ROOT, path)));

describe('the documents', () => {
  it.each(PAGES)('%s points to what is there', (page) => {
    const text = textOf(page);
    expect(deadLinksOf(page, text)).toEqual([]);
    expect(namesInVainOf(text)).toEqual([]);
  });

  it('would not pass with a link or a name that leads nowhere', () => {
    expect(
      deadLinksOf('docs/deploy.md', '[a](../lib/none.ts) [b](first-day.md#none) [c](#stages)'),
    ).toEqual(['../lib/none.ts', 'first-day.md#none']);
    expect(namesInVainOf('`core/none.ts` and `cli/program.ts`')).toEqual(['core/none.ts']);
  });
});
