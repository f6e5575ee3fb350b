/** A deployment has taken components out of the supervision tree while something was left undone for them. */
import { expect, test } from 'vitest';
import { saveSupervised } from '../../../aws/supervision-table.ts';
import type { Effect, Supervised } from '../../../core/supervision/supervised-state.ts';
import { tableAt } from '../../support/handles.ts';
import { itemsOf } from '../../support/stores.ts';
import {
  buildSupervisedWorld,
  loadSupervisor,
  minute,
  stateOf,
} from '../../support/supervision.ts';
import { useLambdaService } from '../../support/use-lambda-service.ts';

const service = useLambdaService();

test.each<[string, Effect]>([
  ['a component that there was', { kind: 'end', child: 'former', order: { at: 1, why: 'w' } }],
  [
    'a component whose lane is not deployed',
    { kind: 'end', child: 'delivery', order: { at: 1, why: 'w' } },
  ],
  [
    'a supervisor that there was',
    {
      kind: 'restart',
      supervisor: 'former',
      of: 'critical',
      restart: { id: 'r', at: 1 },
      why: 'w',
    },
  ],
])(
  'R32: what was to be done for %s is dropped, and keeps no review from succeeding',
  async (_, undone) => {
    const stage = await buildSupervisedWorld(service, { names: ['critical'] });
    const supervisor = await loadSupervisor();
    const before = await stateOf(stage, 'critical');
    const state: Supervised = { ...before, version: before.version + 1, outbox: [undone] };
    expect(await saveSupervised(tableAt(stage.table), state)).toBe(true);
    expect(await minute(stage, supervisor)).toEqual([]);
    expect(await stateOf(stage, 'critical')).toMatchObject({ outbox: [] });
    expect((await itemsOf(stage.table)).map(({ pk }) => pk)).toEqual(['critical']);
  },
);
