/** Links in the documents lead to existing files and headings, and named source files exist. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PAGES, ROOT } from './pages.ts';

const textOf = (page: string) => readFileSync(join(ROOT, page), 'utf8');

/** GitHub's anchors of headings. */
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

const FOLDERS =
  'aws bench breaker cli console core demo docs emulator events functions gameday lib packages simulation telemetry terminal test'.split(
    ' ',
  );
const FILES = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(
    (name) => `${folder}/${name}`,
  ),
);

/** Source files in backticks. A page may leave out where the folder is that it is about: `runtime/ucum.ts`. */
const missingFilesOf = (text: string) =>
  [...text.matchAll(/`([a-z][\w-]*\/[\w./-]+\.(?:tsx?|m?js|css|json))`/g)]
    .map(([, path = '']) => path)
    // Those of whoever writes a plugin, and what a build makes.
    .filter((path) => !/^(plugins|build)\//.test(path))
    .filter((path) =>
      FOLDERS.includes(path.split('/', 1)[0] ?? '')
        ? !existsSync(join(ROOT, path))
        : !FILES.some((file) => file.endsWith(`/${path}`)),
    );

describe('the documents', () => {
  it.each(PAGES)('%s links only to what exists', (page) => {
    const text = textOf(page);
    expect(deadLinksOf(page, text)).toEqual([]);
    expect(missingFilesOf(text)).toEqual([]);
  });

  it('a dead link, and the name of a missing file, are found', () => {
    expect(
      deadLinksOf('docs/deploy.md', '[a](../lib/none.ts) [b](first-day.md#none) [c](#stages)'),
    ).toEqual(['../lib/none.ts', 'first-day.md#none']);
    expect(missingFilesOf('`core/none.ts` and `cli/program.ts`')).toEqual(['core/none.ts']);
    expect(missingFilesOf('`runtime/none.ts` and `runtime/ucum.ts`')).toEqual(['runtime/none.ts']);
  });
});
