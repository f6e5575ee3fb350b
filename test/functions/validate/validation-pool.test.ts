import { afterAll, describe, expect, test } from 'vitest';
import { entryUrl } from '../../../functions/validate/entry-url.ts';
import type { VerdictOrNone } from '../../../functions/validate/isolated-validator.ts';
import { capPluginMemory } from '../../../functions/validate/plugins/load-plugins.ts';
import {
  type ValidationPool,
  validationPool,
} from '../../../functions/validate/validation-pool.ts';
import {
  examplePlugin,
  type PluginFault,
  patientWithCpf,
  pluginFaulty,
} from '../../support/plugins.ts';
import { faulty, invalidPatient, patient } from '../../support/resources.ts';

capPluginMemory(64);
/** Resources that do not hang must not time out, however busy the machine is. */
const PATIENT_MS = 20_000;
const cpf = examplePlugin('cpf', { resourceTypes: ['Patient'], deadlineMs: PATIENT_MS });
const WRONG = '52998224724';
const pools: ValidationPool[] = [];
afterAll(() => Promise.all(pools.map((pool) => pool.close())));

function poolWith(required: boolean, deadlineMs = PATIENT_MS): ValidationPool {
  const chaos = examplePlugin('chaos', { required, deadlineMs });
  const pool = validationPool({
    url: entryUrl('worker'),
    size: 2,
    deadlineMs: PATIENT_MS,
    heapOldMb: 32,
    heapYoungMb: 16,
    options: { chaos: true, issuesMax: 100, plugins: [chaos, cpf] },
  });
  pools.push(pool);
  return pool;
}

const validateAll = (pool: ValidationPool, texts: string[]): Promise<VerdictOrNone[]> =>
  Promise.all(texts.map((text) => pool.validate(text, 0)));

const strict = poolWith(true);
const lenient = poolWith(false);
const poolFor = (fault: PluginFault, required: boolean) => {
  if (fault === 'hang') return poolWith(required, 1_000);
  return required ? strict : lenient;
};

const CRASHES: [PluginFault, string, string][] = [
  ['crash', 'exception', 'trapped: unreachable'],
  ['exit', 'exit', 'exited with status 3'],
  ['garble', 'exception', 'no OperationOutcome'],
  ['hang', 'timeout', 'no verdict within 1000 ms'],
  ['grow', 'exception', 'trapped: unreachable'],
];

test('R07: a resource that a plugin rejects is invalid, and the issue names the plugin', async () => {
  const [verdict] = await validateAll(strict, [patientWithCpf(WRONG)]);
  expect(verdict).toMatchObject({
    kind: 'invalid',
    id: 'example',
    issues: [{ plugin: 'cpf', expression: 'Patient.identifier[1].value' }],
  });
});

test('plugins are asked about valid resources of the types that they are for', async () => {
  const observation = JSON.stringify({
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'x' },
    identifier: [JSON.parse(patientWithCpf(WRONG)).identifier[1]],
  });
  const invalid = patientWithCpf(WRONG, { gender: 'unheard-of' });
  const [other, rejected] = await validateAll(strict, [observation, invalid]);
  expect(other).toMatchObject({ kind: 'valid' });
  expect(rejected).toMatchObject({ kind: 'invalid' });
  expect(JSON.stringify(rejected)).not.toContain('cpf');
});

describe('a required plugin: its crash is the crash of the resource', () => {
  test.each(CRASHES)('R01: %s leaves its neighbours alone', async (fault, crash, reason) => {
    const neighbours = Array.from({ length: 5 }, (_, n) => patient({ id: `${n}` }));
    const pool = poolFor(fault, true);
    const verdicts = await validateAll(pool, [...neighbours, pluginFaulty(fault), ...neighbours]);
    expect(verdicts.map(({ kind }) => kind)).toEqual([
      ...neighbours.map(() => 'valid'),
      'crash',
      ...neighbours.map(() => 'valid'),
    ]);
    expect(verdicts[5]).toMatchObject({ crash, plugin: 'chaos' });
    expect(verdicts[5]).toHaveProperty(
      'reason',
      expect.stringMatching(`^plugin chaos: .*${reason}`),
    );
  });

  test('a death in the validator is not blamed on a plugin', async () => {
    const verdicts = await validateAll(strict, [faulty('exit'), patient()]);
    expect(verdicts).toMatchObject([{ kind: 'crash', crash: 'exit' }, { kind: 'valid' }]);
    expect(verdicts[0]).not.toHaveProperty('plugin');
  });
});

describe('an advisory plugin: its crash is a warning', () => {
  test.each(CRASHES)('%s, and the plugins after it are asked', async (fault, crash, reason) => {
    const wrong = pluginFaulty(fault, { identifier: JSON.parse(patientWithCpf(WRONG)).identifier });
    const verdicts = await validateAll(poolFor(fault, false), [
      pluginFaulty(fault),
      patient(),
      invalidPatient(),
      wrong,
    ]);
    const warning = { severity: 'warning', code: 'incomplete', plugin: 'chaos' };
    const pluginCrashes = [{ plugin: 'chaos', crash, reason: expect.stringContaining(reason) }];
    expect(verdicts).toMatchObject([
      { kind: 'valid', resourceType: 'Patient', issues: [warning], pluginCrashes },
      { kind: 'valid', issues: [] },
      { kind: 'invalid', issues: [{ severity: 'error' }] },
      { kind: 'invalid', issues: [warning, { severity: 'error', plugin: 'cpf' }], pluginCrashes },
    ]);
  });
});
