import { setEnvironmentData } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import { entryUrl } from '../../../functions/validate/entry-url.ts';
import type { VerdictOrNone } from '../../../functions/validate/isolated-validator.ts';
import {
  type ValidationPool,
  type ValidationPoolSettings,
  validationPool,
} from '../../../functions/validate/validation-pool.ts';
import { IsolationPool } from '../../../packages/isolation/pool.ts';
import { type Fault, faulty, invalidPatient, patient } from '../../support/resources.ts';

const REAL = entryUrl('worker');
const SCRIPTED = new URL('../../support/workers/scripted.ts', import.meta.url);
const CANNOT_LOAD = new URL('../../support/workers/cannot-load.ts', import.meta.url);
const LOADS_NOW_AND_THEN = new URL('../../support/workers/loads-now-and-then.ts', import.meta.url);
const DIES_FIRST = new URL('../../support/workers/dies-before-it-begins.ts', import.meta.url);

let pool: ValidationPool | undefined;
afterEach(() => pool?.close());

function validateAll(
  texts: string[],
  settings: Partial<ValidationPoolSettings> = {},
): Promise<VerdictOrNone[]> {
  pool ??= validationPool({
    url: REAL,
    size: 2,
    deadlineMs: 2_000,
    heapOldMb: 32,
    heapYoungMb: 16,
    options: { chaos: true, issuesMax: 100 },
    ...settings,
  });
  const used = pool;
  return Promise.all(texts.map((text) => used.validate(text, 0)));
}
afterEach(() => {
  pool = undefined;
});

const kinds = (verdicts: VerdictOrNone[]) =>
  verdicts.map((one) => (one.kind === 'crash' ? one.crash : one.kind));

/** Resources that do not hang must not time out, however busy the machine is. */
const deadlineFor = (fault: Fault) => (fault === 'hang' ? 2_000 : 20_000);

describe('one resource among others', () => {
  test.each<[Fault, string]>([
    ['throw', 'exception'],
    ['hang', 'timeout'],
    ['heap', 'out-of-memory'],
    ['exit', 'exit'],
  ])('R01: one that does %s changes no other verdict', async (fault, crash) => {
    const before = Array.from({ length: 7 }, (_, n) => patient({ id: `before-${n}` }));
    const after = Array.from({ length: 7 }, (_, n) => patient({ id: `after-${n}` }));
    const texts = [...before, invalidPatient(), faulty(fault), ...after];
    const verdicts = await validateAll(texts, { deadlineMs: deadlineFor(fault) });
    expect(kinds(verdicts)).toEqual([
      ...before.map(() => 'valid'),
      'invalid',
      crash,
      ...after.map(() => 'valid'),
    ]);
    expect(verdicts[0]).toMatchObject({ resourceType: 'Patient', id: 'before-0' });
  });

  test('R01 R02: one that takes long in a batch is given up without a crash, and its neighbours are validated', async () => {
    const [before, after] = [patient({ id: 'before' }), patient({ id: 'after' })];
    expect(kinds(await validateAll([before], { size: 1, deadlineMs: 60_000 }))).toEqual(['valid']);
    const verdicts = await Promise.all(
      [before, faulty('hang'), after].map((text) =>
        pool?.validate(text, 0, undefined, { inBatch: true }),
      ),
    );
    expect(verdicts).toMatchObject([
      { kind: 'valid', id: 'before' },
      { kind: 'no-verdict', because: 'slow' },
      { kind: 'valid', id: 'after' },
    ]);
  });

  test('R01 R02: one that fills the heap in a batch is given up before it has, without a crash', async () => {
    const options = { chaos: true, issuesMax: 100 };
    const confinement = { heapOldMb: 512, heapYoungMb: 16, deadlineMs: 60_000 };
    const workers = new IsolationPool({ url: REAL, size: 1, ...confinement, options });
    const allowance = { cpuMs: 60_000, heapBytes: 24 * 1024 * 1024 };
    const run = (text: string) =>
      workers.run(text, { data: () => ({ submittedAt: 0, off: [] }), allowance });
    const outcomes = await Promise.all([patient(), faulty('heap'), patient()].map(run));
    await workers.close();
    expect(outcomes).toMatchObject([{ kind: 'finished' }, { kind: 'slow' }, { kind: 'finished' }]);
  });

  test.each([false, true])(
    'R01: one that has used its processor time is over its deadline (in a batch: %s)',
    async (inBatch) => {
      const texts = [patient({ id: 'before' }), faulty('hang'), patient({ id: 'after' })];
      const settings = { size: 1, deadlineMs: 60_000, deadlineCpuMs: 100 };
      expect(kinds(await validateAll(texts.slice(0, 1), settings))).toEqual(['valid']);
      const verdicts = await Promise.all(
        texts.map((text) => pool?.validate(text, 0, undefined, { inBatch })),
      );
      const reason = 'no verdict within 100 ms of processor time';
      const crash = { kind: 'crash', crash: 'timeout', reason };
      expect(verdicts).toMatchObject([{ kind: 'valid' }, crash, { kind: 'valid' }]);
    },
  );

  test('R01: each of many killers in one batch is identified exactly', async () => {
    const faults: Fault[] = ['exit', 'throw', 'exit', 'exit', 'throw', 'exit'];
    const texts = faults.flatMap((fault, n) => [patient({ id: `${n}` }), faulty(fault)]);
    const verdicts = kinds(await validateAll(texts));
    expect(verdicts.filter((_, n) => n % 2 === 0)).toEqual(faults.map(() => 'valid'));
    expect(verdicts.filter((_, n) => n % 2 === 1)).toEqual(
      faults.map((fault) => (fault === 'throw' ? 'exception' : 'exit')),
    );
  });

  test('R08: the reason for an exception has its name and place, and not its message', async () => {
    const [crash] = await validateAll(['throw'], { url: SCRIPTED });
    expect(crash).toMatchObject({ kind: 'crash', crash: 'exception' });
    expect(crash).toMatchObject({ reason: expect.stringMatching(/^RangeError at .*scripted\.ts/) });
    expect(JSON.stringify(crash)).not.toContain('too far');
  });

  test('R01: an unhandled rejection is blamed on the text that was running', async () => {
    const verdicts = await validateAll(['a', 'reject a promise'], { url: SCRIPTED, size: 1 });
    expect(verdicts.filter((one) => one.kind === 'valid').length).toBeGreaterThanOrEqual(1);
    expect(verdicts.every((one) => one.kind === 'valid' || one.kind === 'crash')).toBe(true);
  });

  test('a worker that dies between two texts blames none, and its verdicts stand', async () => {
    const verdicts = await validateAll(['a', 'die after its verdict'], {
      url: SCRIPTED,
      size: 1,
    });
    expect(kinds(verdicts)).toEqual(['valid', 'valid']);
  });
});

test('verdicts that do not fit into shared memory together come in several chunks', async () => {
  const texts = Array.from({ length: 30 }, (_, n) => `${n} `.padEnd(110_000, 'x'));
  const verdicts = await validateAll(texts, { url: SCRIPTED, size: 1 });
  expect(kinds(verdicts)).toEqual(texts.map(() => 'valid'));
  expect(verdicts[29]).toMatchObject({ issues: [{ text: texts[29] }] });
});

test('R61: a closed pool starts nothing, and leaves nobody waiting', async () => {
  await validateAll([patient()]);
  await pool?.close();
  expect(kinds(await validateAll([patient(), patient()]))).toEqual(['no-verdict', 'no-verdict']);
});

describe('the component itself', () => {
  test('R09: a validator that cannot load blames no resource, and does not retry for ever', async () => {
    const verdicts = await validateAll([patient(), patient()], { url: CANNOT_LOAD });
    expect(verdicts).toEqual([
      expect.objectContaining({ kind: 'no-verdict', because: 'component-fault' }),
      expect.objectContaining({ kind: 'no-verdict', because: 'component-fault' }),
    ]);
    // The next batch gets a few tries of its own.
    expect(kinds(await validateAll([patient()]))).toEqual(['no-verdict']);
  });

  test('R09: a worker that dies before its first position blames no resource', async () => {
    const url = DIES_FIRST;
    expect(kinds(await validateAll([patient(), patient()], { url }))).toEqual([
      'no-verdict',
      'no-verdict',
    ]);
    expect(kinds(await validateAll([patient()]))).toEqual(['no-verdict']);
  });

  test('R01: if the last worker dies while no other could load, the rest goes to one that can', async () => {
    setEnvironmentData('starts', new SharedArrayBuffer(4));
    const settings = { url: LOADS_NOW_AND_THEN, size: 1, deadlineMs: 10_000 };
    const verdicts = await validateAll(['kills', 'b', 'c'], settings);
    expect(kinds(verdicts)).toEqual(['exit', 'valid', 'valid']);
  });

  test('when time runs out, finished verdicts stand, and nobody is blamed for the others', async () => {
    await validateAll([patient()], { size: 1, deadlineMs: 10_000 });
    const finished = validateAll([patient()]);
    const hanging = validateAll([faulty('hang')]);
    expect(kinds(await finished)).toEqual(['valid']);
    pool?.stop();
    expect(await hanging).toEqual([{ kind: 'no-verdict', because: 'out-of-time' }]);
    expect(kinds(await validateAll([patient()]))).toEqual(['valid']);
  });
});
