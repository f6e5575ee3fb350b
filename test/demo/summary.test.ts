import { expect, it } from 'vitest';
import { isAccountedFor, type Run, whatNext } from '../../demo/summary.ts';

const ENDS = { submitted: 10, stored: 7, rejected: 2, deadLettered: 1, lost: 0, duplicates: 0 };
const run = (ends: Partial<typeof ENDS> = {}, rest: Partial<Run> = {}): Run => ({
  summary: { ...ENDS, ...ends, incidents: 1, pages: 1, elapsedMs: 1 },
  incidents: [],
  unsent: 0,
  ...rest,
});

it('a run of which every message ended once is accounted for (R04)', () => {
  expect(isAccountedFor(run())).toBe(true);
});

it.each([
  ['a lost message', run({ stored: 6, lost: 1 })],
  ['ends that do not add up', run({ stored: 6 })],
  ['a second effect', run({ duplicates: 1 })],
  ['input that was not submitted', run({}, { unsent: 1 })],
  ['messages that stood still', run({}, { stalled: 1 })],
])('%s is not (R04)', (_, wrong) => {
  expect(isAccountedFor(wrong)).toBe(false);
});

it('names the process whose environments may be killed, so that no other checkout is hit', () => {
  const next = whatNext({ AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' }, 4711);
  expect(next).toContain('export AWS_ENDPOINT_URL=http://127.0.0.1:4566');
  expect(next).toMatch(/pkill -9 -P 4711 -f lambda: /);
});
