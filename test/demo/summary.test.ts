import { expect, it } from 'vitest';
import { describeRun, isAccountedFor, type Run } from '../../demo/summary.ts';

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
  ['endings that do not add up', run({ stored: 6 })],
  ['a second effect', run({ duplicates: 1 })],
  ['input that was not submitted', run({}, { unsent: 1 })],
  ['messages that did not move', run({}, { stalled: 1 })],
])('%s is not accounted for (R04)', (_, wrong) => {
  expect(isAccountedFor(wrong)).toBe(false);
});

it('counts what the stand-in FHIR server has, if there is one', () => {
  expect(describeRun(run())).not.toContain('delivered');
  const { summary, ...rest } = run();
  const lines = describeRun({ ...rest, summary: { ...summary, delivered: 6 } });
  expect(lines).toMatch(/delivered +6 .*npm run cli -- delivery list/);
  expect(describeRun({ ...rest, summary: { ...summary, delivered: 7 } })).toMatch(
    /delivered +7 {2}resources that the stand-in FHIR server has$/m,
  );
});
