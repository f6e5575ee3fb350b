import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bundlePage } from '../../../console/page/bundle.ts';

const LIMIT = 150_000;

const files = await bundlePage();
const text = (path: string) => Buffer.from(files.get(path)?.body ?? '').toString();

test('the page is four files, of at most 150 KB compressed in all', () => {
  expect([...files.keys()].toSorted()).toEqual(['/', '/icon.svg', '/page.css', '/page.js']);
  const sizes = [...files.values()].map(({ body }) => gzipSync(body).length);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(LIMIT);
  expect(files.get('/page.js')?.contentType).toBe('text/javascript; charset=utf-8');
});

test('it has no script or style in the markup, and loads nothing from elsewhere', () => {
  expect(text('/')).not.toMatch(/<style|<script(?![^>]* src=)|\son\w+=|style=|https?:/);
  expect(text('/page.css')).not.toMatch(/@import|url\(/);
  const addresses = text('/page.js').match(/https?:\/\/[^\s"'`)]+/g) ?? [];
  const spaces = addresses.filter((each) => !each.startsWith('http://www.w3.org/'));
  expect(spaces.filter((each) => !each.startsWith('https://github.com/'))).toEqual([]);
});
