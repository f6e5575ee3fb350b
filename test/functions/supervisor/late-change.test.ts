/** The supervisor's change of a lane's mappings arrives after somebody else has changed the lane. */
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { saveSupervised } from '../../../aws/supervision-table.ts';
import { pauseByOperator, resumeByOperator } from '../../../core/supervision/lane-holds.ts';
import { confirm } from '../../../core/supervision/lane-supervision.ts';
import type { Supervised } from '../../../core/supervision/supervised-state.ts';
import { tableAt } from '../../support/handles.ts';
import { delayFirstChange } from '../../support/late-mapping-change.ts';
import {
  buildSupervisedWorld,
  loadSupervisor,
  mappingsOf,
  minute,
  type SupervisedWorld,
  stateOf,
} from '../../support/supervision.ts';
import { useLambdaService } from '../../support/use-lambda-service.ts';

const service = useLambdaService();
const who = { by: 'eva', why: 'work' };

/** Somebody else's save. */
async function change(stage: SupervisedWorld, decide: (state: Supervised) => Supervised) {
  const before = await stateOf(stage, 'critical');
  const after = { ...decide(before), version: before.version + 1 };
  expect(await saveSupervised(tableAt(stage.table), after)).toBe(true);
}

test.each([
  ['AWS has carried it out: the pause is applied anew', 0, 'off'],
  ['AWS is still at it: the pause is not confirmed, and applied by the next review', 500, 8],
])(
  'R31: a lane is resumed too late, after a pause was confirmed. %s',
  async (_, settleMs, then) => {
    const stage = await buildSupervisedWorld(service, { names: ['critical'], settleMs });
    const supervisor = await loadSupervisor();
    const [lambda] = supervisor.others as [LambdaClient];
    await change(stage, (state) => pauseByOperator(state, who, Date.now()));
    await minute(stage, supervisor);
    expect(await mappingsOf(stage, service)).toMatchObject({ critical: 'off' });
    await change(stage, (state) => resumeByOperator(state, who, Date.now()));
    delayFirstChange(lambda, () =>
      change(stage, (state) => confirm(pauseByOperator(state, who, Date.now()), true)),
    );
    expect(await minute(stage, supervisor)).toEqual([]);
    expect(await stateOf(stage, 'critical')).toMatchObject({ confirmed: false, outbox: [] });
    expect(await mappingsOf(stage, service)).toMatchObject({ critical: then });
    for (let n = 0; n < 2; n += 1) {
      await minute(stage, supervisor);
      expect(await mappingsOf(stage, service)).toMatchObject({ critical: 'off' });
    }
    expect(await stateOf(stage, 'critical')).toMatchObject({ confirmed: true });
  },
);
