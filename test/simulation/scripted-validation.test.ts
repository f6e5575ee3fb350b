import { describe, expect, test } from 'vitest';
import { during } from '../../functions/validate/isolated-validator.ts';
import { Host } from '../../simulation/host.ts';
import { Scheduler } from '../../simulation/scheduler.ts';
import { ScriptedValidation } from '../../simulation/scripted-validation.ts';
import type { Nature } from '../../simulation/submission.ts';
import { NATURE_SYSTEM } from '../../simulation/submission-draft.ts';

const DEADLINE_MS = 5_000;
/** A worker or process has loaded by then. */
const LOADED_MS = 20_000;

const resource = (nature: Nature, id: string = nature) =>
  JSON.stringify({
    resourceType: 'Patient',
    id,
    meta: { tag: [{ system: NATURE_SYSTEM, code: nature }] },
  });

function begin() {
  const scheduler = new Scheduler(1);
  const validation = new ScriptedValidation();
  const environment = (name: string) => {
    const host = new Host(scheduler, { name });
    return { host, ...validation.placesOn(host, DEADLINE_MS, 0) };
  };
  const pass = (ms: number) => scheduler.run(() => false, scheduler.now + ms);
  return { scheduler, environment, pass };
}

describe('a resource’s text decides what happens', () => {
  test.each([
    ['valid', { kind: 'valid', resourceType: 'Patient', id: 'valid', issues: [] }],
    ['invalid', { kind: 'invalid', id: 'invalid', issues: [{ severity: 'error' }] }],
    ['throw', { kind: 'crash', crash: 'exception' }],
    ['hang', { kind: 'crash', crash: 'timeout' }],
    ['heap', { kind: 'crash', crash: 'out-of-memory' }],
    ['exit', { kind: 'crash', crash: 'exit' }],
  ] as const)('%s', async (nature, expected) => {
    const { environment, pass } = begin();
    const verdict = environment('a').pool.validate(resource(nature), 0);
    await pass(LOADED_MS + DEADLINE_MS);
    expect(await verdict).toMatchObject(expected);
  });

  test('one that hangs is mostly given up in a batch, before its deadline', async () => {
    const { environment, pass } = begin();
    const because: string[] = [];
    for (let n = 0; n < 20; n += 1) {
      const { pool } = environment(`${n}`);
      const verdict = pool.validate(resource('hang'), 0, undefined, { inBatch: true });
      await pass(LOADED_MS + DEADLINE_MS);
      const its = await verdict;
      because.push(its.kind === 'no-verdict' ? its.because : its.kind);
    }
    expect(new Set(because)).toEqual(new Set(['slow', 'crash']));
    expect(because.filter((each) => each === 'slow').length).toBeGreaterThan(10);
  });

  test('a text that is not JSON is invalid', async () => {
    const { environment, pass } = begin();
    const verdict = environment('a').pool.validate('{', 0);
    await pass(LOADED_MS);
    expect(await verdict).toMatchObject({ kind: 'invalid' });
  });

  test('`flaky` crashes once, wherever it runs then', async () => {
    const { environment, pass } = begin();
    const kinds: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      const verdict = environment(name).ownProcess.validate(resource('flaky'), 0);
      await pass(LOADED_MS);
      kinds.push((await verdict).kind);
    }
    expect(kinds).toEqual(['crash', 'valid', 'valid']);
  });

  test.each([
    ['mended', 'crash'],
    ['misjudged', 'invalid'],
  ] as const)(
    '`%s` is valid from the second deployment on, or by chance where code takes turns',
    async (nature, bad) => {
      const kinds = async (deployment: number, isFickle: boolean) => {
        const scheduler = new Scheduler(1);
        const validation = new ScriptedValidation(undefined, () => isFickle);
        const host = new Host(scheduler, { name: 'a' });
        const { pool } = validation.placesOn(host, DEADLINE_MS, deployment);
        const verdicts = Promise.all(
          Array.from({ length: 20 }, () => pool.validate(resource(nature), 0)),
        );
        await scheduler.run(() => false, scheduler.now + LOADED_MS);
        return new Set((await verdicts).map(({ kind }) => kind));
      };
      expect(await kinds(0, false)).toEqual(new Set([bad]));
      expect(await kinds(1, false)).toEqual(new Set(['valid']));
      expect(await kinds(0, true)).toEqual(new Set([bad, 'valid']));
    },
  );
});

describe('a resource that kills its process', () => {
  test('ends the environment, which gives no verdict any more', async () => {
    const { environment, pass } = begin();
    const { host, pool } = environment('a');
    let deaths = 0;
    host.onDeath = () => {
      deaths += 1;
    };
    const ended: string[] = [];
    void pool.validate(resource('kill'), 0).then(() => ended.push('kill'));
    void pool.validate(resource('hang'), 0).then(() => ended.push('hang'));
    await pass(LOADED_MS + DEADLINE_MS);
    expect({ deaths, isDead: host.isDead, ended }).toEqual({ deaths: 1, isDead: true, ended: [] });
  });

  test('crashes in a process of its own, and the next resource gets a fresh one', async () => {
    const { environment, pass } = begin();
    const { host, ownProcess } = environment('a');
    const verdicts = Promise.all([
      ownProcess.validate(resource('kill'), 0),
      ownProcess.validate(resource('valid'), 0),
    ]);
    await pass(2 * LOADED_MS);
    expect(await verdicts).toMatchObject([{ kind: 'crash', crash: 'exit' }, { kind: 'valid' }]);
    expect(host.isDead).toBe(false);
  });
});

describe('R61: after the invocation has ended', () => {
  test('nothing runs and nothing begins', async () => {
    const { environment, pass, scheduler } = begin();
    const { ownProcess } = environment('a');
    const invocation = new AbortController();
    const place = during(ownProcess, invocation.signal);
    void place.ready();
    await pass(LOADED_MS);
    const verdicts = Promise.all([
      place.validate(resource('hang'), 0),
      place.validate(resource('kill'), 0),
    ]);
    const ofAnother = ownProcess.validate(resource('hang', 'of-another'), 0);
    scheduler.after(100, () => invocation.abort());
    await pass(100);
    expect(await verdicts).toEqual([
      { kind: 'no-verdict', because: 'out-of-time' },
      { kind: 'no-verdict', because: 'out-of-time' },
    ]);
    expect((await place.validate(resource('valid'), 0)).kind).toBe('no-verdict');
    await pass(LOADED_MS + DEADLINE_MS);
    expect((await ofAnother).kind).toBe('crash');
  });

  test('a process that has not loaded is ended, and the next one loads again', async () => {
    const { environment, pass, scheduler } = begin();
    const { ownProcess } = environment('a');
    const invocation = new AbortController();
    const waited = expect(during(ownProcess, invocation.signal).ready()).rejects.toThrow('time');
    scheduler.after(1, () => invocation.abort());
    await pass(1);
    await waited;
    const startedAt = scheduler.now;
    let readyAt = startedAt;
    void ownProcess.ready().then(() => {
      readyAt = scheduler.now;
    });
    await pass(LOADED_MS);
    expect(readyAt).toBeGreaterThan(startedAt);
  });
});
