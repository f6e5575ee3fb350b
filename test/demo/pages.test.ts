import { expect, it } from 'vitest';
import { pageBook } from '../../demo/pages.ts';

const page = (topic: string, attributes: Record<string, string>) => ({
  topic,
  subject: 'validate is crashing',
  body: '{}',
  attributes,
});

it('shows each page once and counts pages to on-call by distinct key, however often they come (R21)', () => {
  const shown: string[] = [];
  const book = pageBook((line) => shown.push(line));
  for (const topic of ['oncall', 'management', 'oncall', 'management']) {
    book.onPage(page(topic, { dedupKey: 'validate#1' }));
  }
  book.onPage(page('oncall', { dedupKey: 'validate#2' }));
  book.onPage({
    ...page('oncall', { dedupKey: 'validate#2', notice: 'resolution' }),
    subject: 'validate#2 resolved',
  });
  expect(shown).toEqual([
    '  ▶ oncall: validate is crashing',
    '  ▶ management: validate is crashing',
    '  ▶ oncall: validate is crashing',
    '  ▶ oncall: validate#2 resolved',
  ]);
  expect([...book.keys()]).toEqual(['validate#1', 'validate#2']);
});

it('counts pages without a key as different ones, because hiding one would be worse', () => {
  const book = pageBook(() => {});
  book.onPage(page('oncall', {}));
  book.onPage(page('oncall', {}));
  expect(book.keys().size).toBe(2);
});
