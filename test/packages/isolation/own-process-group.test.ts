import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  during,
  type IsolatedValidator,
  type VerdictOrNone,
} from '../../../functions/validate/isolated-validator.ts';
import { validationProcess } from '../../../functions/validate/validation-process.ts';

const SCRIPTED = new URL('../../support/workers/scripted-process.ts', import.meta.url);
const CANNOT_LOAD = new URL('../../support/workers/cannot-load.ts', import.meta.url);
const LOADS_FOR_EVER = new URL('../../support/workers/loads-for-ever.ts', import.meta.url);
const OUT_OF_TIME = { kind: 'no-verdict', because: 'out-of-time' };
const SETTINGS = {
  deadlineMs: 1_000,
  heapOldMb: 32,
  heapYoungMb: 16,
  pluginMemoryMb: 64,
  options: { chaos: false, issuesMax: 100 },
};

function ownProcess(url = SCRIPTED, more = {}): IsolatedValidator {
  return validationProcess(url, { ...SETTINGS, ...more });
}

/** The text's name, or how it crashed or why it was not validated. */
function gistOf(verdict: VerdictOrNone): string | undefined {
  switch (verdict.kind) {
    case 'valid':
    case 'invalid':
      return verdict.issues[0]?.text;
    case 'crash':
      return verdict.crash;
    case 'no-verdict':
      return verdict.because;
  }
}

const pidOf = (verdict: VerdictOrNone | undefined) =>
  verdict?.kind === 'valid' ? verdict.resourceType : undefined;

const validateAll = (own: IsolatedValidator, texts: string[]) =>
  Promise.all(texts.map((text) => own.validate(text, 0)));

describe('a group in a process of its own', () => {
  test('R02: blames its death on the text that ran, and on no other', async () => {
    const verdicts = await validateAll(ownProcess(), ['a', 'die', 'b', 'die', 'die', 'c', 'd']);
    expect(verdicts.map(gistOf)).toEqual(['a', 'exit', 'b', 'exit', 'exit', 'c', 'd']);
    expect(verdicts[1]).toMatchObject({ reason: 'its process exited with code 4' });
    const pids = new Set(verdicts.map(pidOf));
    expect(pids.size).toBe(1 + 3);
    expect(pidOf(verdicts[5])).toBe(pidOf(verdicts[6]));
  });

  test('R01: replaces the process after a text that was given up as slow, which may keep running', async () => {
    const verdicts = await validateAll(ownProcess(), ['a', 'take long', 'b']);
    expect(verdicts.map(gistOf)).toEqual(['a', 'slow', 'b']);
    expect(pidOf(verdicts[2])).not.toBe(pidOf(verdicts[0]));
  });

  test('R02: keeps an answer that came before the death', async () => {
    const verdicts = await validateAll(ownProcess(), ['answer and die', 'b']);
    expect(verdicts.map(gistOf)).toEqual(['answer and die', 'b']);
  });

  test('R09: blames nobody if it dies before it begins a text, and stops trying after a while', async () => {
    const own = ownProcess();
    const verdicts = await validateAll(own, ['a', 'die before it begins', 'b']);
    expect(verdicts.map(gistOf)).toEqual(['a', 'component-fault', 'component-fault']);
    // The next group gets a few tries of its own.
    expect(gistOf(await own.validate('c', 0))).toBe('c');
  });

  test('R09: blames no waiting text if it cannot load', async () => {
    const verdicts = await validateAll(ownProcess(CANNOT_LOAD), ['a', 'b']);
    expect(verdicts.map(gistOf)).toEqual(['component-fault', 'component-fault']);
  });

  test('R02: a text that may run past its deadline is not run beside the next one', async () => {
    const [late, next] = await validateAll(ownProcess(), ['time out', 'b']);
    expect(gistOf(next as VerdictOrNone)).toBe('b');
    expect(late).toMatchObject({ crash: 'timeout' });
    expect(late).not.toMatchObject({ reason: pidOf(next) });
  });

  test('R61: an answer to an earlier text is ignored', async () => {
    const verdicts = await validateAll(ownProcess(), ['a', 'answer the one before', 'b']);
    expect(verdicts.map(gistOf)).toEqual(['a', 'answer the one before', 'b']);
  });
});

describe('an invocation that has ended', () => {
  test('R61: begins nothing, whatever it was waiting for', async () => {
    const own = ownProcess();
    const first = new AbortController();
    const off = vi.fn(() => []);
    const early = during(own, first.signal).validate('a', 0, off);
    first.abort();
    const late = during(own, first.signal).validate('b', 0, off);
    expect(await Promise.all([early, late])).toEqual([OUT_OF_TIME, OUT_OF_TIME]);
    await expect(during(own, first.signal).ready()).rejects.toThrow('the time was up');
    expect(gistOf(await own.validate('c', 0))).toBe('c');
    expect(off).not.toHaveBeenCalled();
  });

  test('R61: ends what it runs, but not what another one waits for', async () => {
    const own = ownProcess();
    const [first, second] = [new AbortController(), new AbortController()];
    await own.ready();
    const running = during(own, first.signal).validate('never answer', 0);
    const waiting = during(own, first.signal).validate('a', 0);
    const other = during(own, second.signal).validate('b', 0);
    first.abort();
    expect(await Promise.all([running, waiting])).toEqual([OUT_OF_TIME, OUT_OF_TIME]);
    expect(gistOf(await other)).toBe('b');
  });

  test('R61: does not end a load that another one waits for', async () => {
    const own = ownProcess();
    const [first, second] = [new AbortController(), new AbortController()];
    const ended = during(own, first.signal).ready();
    const other = during(own, second.signal).ready();
    first.abort();
    await expect(ended).rejects.toThrow('the time was up');
    await expect(other).resolves.toBeUndefined();
  });

  test('R61: ends a load that nobody waits for any more', async () => {
    const pidFile = join(mkdtempSync(join(tmpdir(), 'failsafe-pid-')), 'pid');
    const own = ownProcess(LOADS_FOR_EVER, { pidFile });
    const invocation = new AbortController();
    const ready = during(own, invocation.signal).ready();
    const verdicts = during(own, invocation.signal).validate('a', 0);
    await expect.poll(() => readFileSync(pidFile, 'utf8')).not.toBe('');
    invocation.abort();
    await expect(ready).rejects.toThrow('the time was up');
    expect(await verdicts).toEqual(OUT_OF_TIME);
    const pid = Number(readFileSync(pidFile, 'utf8'));
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), 300_000);
  });

  test('leaves an idle process for the next', async () => {
    const own = ownProcess();
    const first = new AbortController();
    const before = await during(own, first.signal).validate('a', 0);
    first.abort();
    expect(pidOf(await own.validate('b', 0))).toBe(pidOf(before));
  });

  test('R61: gives each text its own verdict or, if its time was up, none', async () => {
    const own = ownProcess();
    const step = fc.record({
      does: fc.constantFrom('validate', 'validate', 'validate', 'die', 'end'),
      invocation: fc.nat({ max: 2 }),
    });
    const seen = new Set<string | undefined>();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const invocations = [0, 1, 2].map(() => new AbortController());
        const asked: Promise<void>[] = [];
        for (const [number, { does, invocation }] of steps.entries()) {
          const controller = invocations[invocation] as AbortController;
          if (does === 'end') {
            controller.abort();
          } else {
            const off = () => {
              expect(controller.signal.aborted).toBe(false);
              return [];
            };
            const text = does === 'die' ? 'die' : `text ${number}`;
            const expected = does === 'die' ? 'exit' : text;
            const verdict = during(own, controller.signal).validate(text, 0, off).then(gistOf);
            const check = (gist: string | undefined) => {
              seen.add(gist?.replace(/ .*/, ''));
              if (gist === expected) return;
              expect([gist, controller.signal.aborted]).toEqual(['out-of-time', true]);
            };
            asked.push(verdict.then(check));
          }
          if (number % 3 === 2) await new Promise(setImmediate);
        }
        await Promise.all(asked);
      }),
      { numRuns: 40 },
    );
    expect([...seen].sort()).toEqual(['exit', 'out-of-time', 'text']);
  });
});
