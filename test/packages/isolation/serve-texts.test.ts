import { afterAll, expect, test } from 'vitest';
import { IsolationPool } from '../../../packages/isolation/pool.ts';
import type { AfterStep, StepDeath } from '../../../packages/isolation/step.ts';

const deaths: StepDeath[] = [];
const pool = new IsolationPool<string>({
  url: new URL('../../support/workers/counts-words.ts', import.meta.url),
  size: 1,
  deadlineMs: 20_000,
  heapOldMb: 32,
  heapYoungMb: 16,
  options: { separator: '-' },
  steps: [
    { name: 'first', deadlineMs: 20_000, skippable: true },
    { name: 'second', deadlineMs: 20_000, skippable: false },
  ],
  afterStepDeath: ({ reason }, at): AfterStep<string> => {
    deaths.push(at);
    if (at.step.skippable) return { kind: 'resume', from: at.position + 1 };
    return { kind: 'finished', result: `${at.step.name}: ${reason}` };
  },
});
afterAll(() => pool.close());

const run = (text: string) => pool.run(text, { data: () => 'a letter' });

test('R01: any function that a text causes to run is attributed to it, and so is what it throws', async () => {
  expect(await Promise.all(['a-b', 'throw', 'c'].map(run))).toEqual([
    { kind: 'finished', result: '2 words of a letter, at once' },
    { kind: 'died', crash: 'exception', reason: expect.stringMatching(/^RangeError at /) },
    { kind: 'finished', result: '1 words of a letter, at once' },
  ]);
});

test('a result that does not fit into the ledger is reported as such, and the next one stands', async () => {
  expect(await Promise.all(['large', 'a'].map(run))).toMatchObject([
    { kind: 'died', crash: 'exception', reason: expect.stringContaining('larger than 131072') },
    { kind: 'finished' },
  ]);
});

test('R01: after a step dies, the policy decides whether a fresh worker continues after it', async () => {
  expect(await Promise.all(['exit-a-b', 'a-exit', 'a'].map(run))).toEqual([
    { kind: 'finished', result: '3 words of a letter, resumed' },
    { kind: 'finished', result: 'second: its worker exited with code 3' },
    { kind: 'finished', result: '1 words of a letter, at once' },
  ]);
  expect(deaths).toMatchObject([{ position: 0, saved: 3 }, { position: 1 }]);
});
