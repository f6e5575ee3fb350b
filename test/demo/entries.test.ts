import { expect, it } from 'vitest';
import { describeInput } from '../../demo/entries.ts';
import type { StartOptions } from '../../demo/options.ts';

const options = (fields: Partial<StartOptions>): StartOptions => ({
  ...{ once: false, json: false, input: [], count: 10_000, seed: 1 },
  ...{ duplicates: 0, reorder: false, downstream: false },
  ...fields,
});

const nobody = { source: 'default' };

it('prints first what is submitted, and how much of it fails on purpose', () => {
  expect(describeInput(options({}), nobody)).toBe(
    'submitting 10000 made-up patients and observations to lane background; on purpose\n' +
      '  100 of them crash (50 throw, 30 exit their process, 16 exhaust the heap, 4 never end)\n' +
      '  and 200 break rules of FHIR; ten crashes within five minutes page on-call',
  );
  expect(describeInput(options({ count: 20 }), nobody)).toContain(
    'on purpose\n  0 of them crash\n  and 0 break',
  );
  expect(describeInput(options({ input: ['a.ndjson', 'b.gz'] }), nobody)).toBe(
    'submitting a.ndjson, b.gz to lane background',
  );
});

it('prints the source, and how much will be refused for its rate', () => {
  const submitter = { source: 'lab', note: 'of lab 60 a minute are taken' };
  expect(describeInput(options({ input: ['a.ndjson'] }), submitter)).toBe(
    'submitting a.ndjson to lane background, as source lab; of lab 60 a minute are taken',
  );
});
