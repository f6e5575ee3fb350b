import { describe, expect, test } from 'vitest';
import { CodeSystems } from '../../../../packages/fhir-validator/runtime/bindings.ts';

describe('code systems that are loaded', () => {
  // Of one length and with one last character: places of those found last are shared.
  const similar = ['http://a.org/1x', 'http://b.org/1x', 'http://c.org/1x'];
  const urls = [...similar, 'u:x', ''];
  const systems = new CodeSystems(urls.map((url) => `${url}||code of ${url}`).join('\n'));

  test.each(urls)('%j is found again, whichever was found last', (url) => {
    for (const other of urls) {
      systems.find(other);
      expect(systems.find(url)?.lacks(`code of ${url}`)).toBeUndefined();
      expect(systems.find(url)?.lacks('another')).toBe('error');
    }
  });

  test.each(['http://d.org/1x', 'u:y', undefined, 7])('%j is not found', (url) => {
    for (const other of urls) {
      systems.find(other);
      expect(systems.find(url)).toBeUndefined();
    }
  });
});
