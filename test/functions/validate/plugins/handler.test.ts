import { describe, expect, test } from 'vitest';
import { ENVELOPE_ATTRIBUTE } from '../../../../core/message/messages.ts';
import { skipTime } from '../../../support/clock.ts';
import { contextWith, deliver, receive, send } from '../../../support/delivery.ts';
import { exampleSettings, patientWithCpf, pluginFaulty } from '../../../support/plugins.ts';
import { patient } from '../../../support/resources.ts';
import { useStage } from '../../../support/stage.ts';
import { depthOf, itemsOf } from '../../../support/stores.ts';

const stage = useStage({
  plugins: [
    exampleSettings('cpf', { resourceTypes: ['Patient'] }),
    exampleSettings('chaos', { name: 'advice', required: false, resourceTypes: ['Patient'] }),
    exampleSettings('chaos', { name: 'rule', resourceTypes: ['Observation'] }),
  ],
});
const WRONG = '52998224724';

const submit = async (...texts: string[]) => {
  for (const text of texts) await send(stage.world.queues.lane, text);
  const context = contextWith(20_000);
  return deliver(stage.functions.validate, stage.world.queues.lane, { context });
};
const quarantined = () => itemsOf(stage.world.tables.quarantine);
const observation = (of: string) =>
  JSON.stringify({
    ...JSON.parse(of),
    ...{ resourceType: 'Observation', status: 'final', code: { text: 'x' } },
    ...{ name: undefined, active: undefined, gender: undefined, birthDate: undefined },
  });

test('R07: a rejection by a plugin names it', async () => {
  await submit(patientWithCpf(WRONG), patient());
  const [entry] = await quarantined();
  expect(entry).toMatchObject({
    kind: 'rejection',
    reason: 'plugin cpf: value at Patient.identifier[1].value',
  });
  expect(JSON.parse(String(entry?.['outcome']))).toMatchObject({
    issue: [
      {
        severity: 'error',
        code: 'value',
        extension: [{ valueString: 'plugin cpf' }],
        expression: ['Patient.identifier[1].value'],
      },
    ],
  });
  expect(await itemsOf(stage.world.tables.resources)).toHaveLength(1);
});

describe('R01: a plugin that crashes', () => {
  test('and is advisory does not prevent storing, and is no crash of the resource', async () => {
    await submit(pluginFaulty('crash'), pluginFaulty('hang', { id: 'b' }), patient({ id: 'c' }));
    expect(await itemsOf(stage.world.tables.resources)).toHaveLength(3);
    expect(await quarantined()).toEqual([]);
    expect(await depthOf(stage.world.queues.incident)).toBe(0);
  });

  test('R02: and is required crashes the resource, which is isolated and dead-lettered', async () => {
    await submit(observation(pluginFaulty('exit')), observation(patient({ id: 'innocent' })));
    expect(await itemsOf(stage.world.tables.resources)).toMatchObject([{ resourceId: 'innocent' }]);
    const { isolation, deadLetter } = stage.world.queues;
    expect(await depthOf(isolation)).toBe(1);
    for (const _ of [1, 2, 3]) {
      skipTime(1_100);
      const context = contextWith(20_000);
      await deliver(stage.functions.validate, isolation, { context, max: 1 });
    }
    expect(await depthOf(isolation)).toBe(0);
    const [letter] = await receive(deadLetter);
    const envelope = letter?.messageAttributes[ENVELOPE_ATTRIBUTE]?.stringValue ?? '';
    expect(JSON.parse(envelope)).toMatchObject({
      deadLetter: { kind: 'exit', reason: 'plugin rule: exited with status 3', attempts: 2 },
    });
  });
});
