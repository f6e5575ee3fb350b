import { describe, expect, test } from 'vitest';
import { CHARACTERS, VALID } from '../../../bench/resource-size/shapes.ts';
import { entryUrl } from '../../../functions/validate/entry-url.ts';
import { during, type IsolatedValidator } from '../../../functions/validate/isolated-validator.ts';
import {
  type OwnProcessSettings,
  validationProcess,
} from '../../../functions/validate/validation-process.ts';
import { exampleSettings, patientWithCpf } from '../../support/plugins.ts';
import { faulty, invalidPatient, patient } from '../../support/resources.ts';

const CANNOT_LOAD = new URL('../../support/workers/cannot-load.ts', import.meta.url);

function ownProcess(
  url = entryUrl('own-process'),
  more: Partial<OwnProcessSettings> = {},
): IsolatedValidator {
  return validationProcess(url, {
    deadlineMs: 1_000,
    heapOldMb: 32,
    heapYoungMb: 16,
    pluginMemoryMb: 64,
    options: { chaos: true, issuesMax: 100 },
    ...more,
  });
}

async function validateIn(process: IsolatedValidator, text: string) {
  await process.ready();
  return process.validate(text, 0);
}

describe('a process of its own', () => {
  test('R02: is killed by a resource, which is noticed, and the next resource gets another', async () => {
    const own = ownProcess();
    expect(await validateIn(own, patient())).toMatchObject({ kind: 'valid', id: 'example' });
    expect(await validateIn(own, faulty('kill'))).toEqual({
      kind: 'crash',
      crash: 'exit',
      reason: 'its process was killed by SIGKILL',
    });
    expect(await validateIn(own, patient())).toMatchObject({ kind: 'valid' });
  });

  test('has the plugins that the workers have', async () => {
    const own = ownProcess(entryUrl('own-process'), { plugins: [exampleSettings('cpf')] });
    expect(await validateIn(own, patient())).toMatchObject({ kind: 'valid' });
    expect(await validateIn(own, patientWithCpf('52998224724'))).toMatchObject({
      kind: 'invalid',
      issues: [{ plugin: 'cpf' }],
    });
  });

  test('R01: survives what kills only its worker', async () => {
    const own = ownProcess();
    expect(await validateIn(own, faulty('exit'))).toMatchObject({
      reason: expect.stringContaining('its worker exited'),
    });
    expect(await validateIn(own, faulty('hang'))).toMatchObject({ crash: 'timeout' });
    expect(await own.validate(patient(), 0)).toMatchObject({ kind: 'valid' });
  });

  test('R01: gives a text of a group up as slow, as a batch does', async () => {
    const own = ownProcess(entryUrl('own-process'), { deadlineMs: 60_000 });
    const verdict = await own.validate(faulty('hang'), 0, undefined, { inBatch: true });
    expect(verdict).toEqual({ kind: 'no-verdict', because: 'slow' });
    expect(await own.validate(patient(), 0)).toMatchObject({ kind: 'valid' });
  });

  test('R09: blames nobody if it cannot load', async () => {
    await expect(ownProcess(CANNOT_LOAD).ready()).rejects.toThrow('a process died while it loaded');
  });

  test('R61: gives each of two concurrent texts its own verdict', async () => {
    const own = ownProcess();
    const verdicts = [own.validate(patient({ id: 'a' }), 0), own.validate(invalidPatient(), 0)];
    expect(await Promise.all(verdicts)).toMatchObject([
      { kind: 'valid', id: 'a' },
      { kind: 'invalid' },
    ]);
  });

  test('R62: has a heap for a text that is too large for its workers', async () => {
    const text = VALID['a decimal written 1.0']?.(3 * 1024 * 1024, CHARACTERS['two-byte']) ?? '';
    const own = ownProcess(entryUrl('own-process'), { deadlineMs: 20_000 });
    expect(await validateIn(own, text)).toMatchObject({
      kind: 'valid',
      resourceType: 'Parameters',
    });
  });

  test('blames nobody for what is unfinished when time runs out', async () => {
    const own = ownProcess();
    const invocation = new AbortController();
    await own.ready();
    const verdict = during(own, invocation.signal).validate(faulty('hang'), 0);
    invocation.abort();
    expect(await verdict).toEqual({ kind: 'no-verdict', because: 'out-of-time' });
  });
});
