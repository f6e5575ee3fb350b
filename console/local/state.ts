import { DOWNSTREAM_PORT, TERMINOLOGY_PORT } from '../../cli/downstream/control.ts';
import { askStandIn } from '../../cli/downstream/mode.ts';
import { liveEnvironments, localFunctions } from '../../cli/local/faults.ts';
import type { LocalState } from '../contract/local.ts';
import type { EnvironmentsView } from '../contract/snapshot.ts';
import { shortOf } from '../reader/names.ts';

/** Addresses of the stand-in servers, if there are any. */
export type StandIns = Readonly<Record<'downstream' | 'terminology', number>>;

export const STAND_INS: StandIns = { downstream: DOWNSTREAM_PORT, terminology: TERMINOLOGY_PORT };

export async function readLocalEnvironments(stage: string): Promise<EnvironmentsView[]> {
  const counts = new Map<string, { busy: number; frozen: number }>();
  for (const { functionName, busy } of await liveEnvironments()) {
    const name = shortOf(stage, functionName);
    const before = counts.get(name) ?? { busy: 0, frozen: 0 };
    const more = busy ? { busy: before.busy + 1 } : { frozen: before.frozen + 1 };
    counts.set(name, { ...before, ...more });
  }
  return [...counts].map(([name, count]) => ({ function: name, ...count }));
}

export async function readLocalState(stage: string, standIns: StandIns): Promise<LocalState> {
  const [functions, environments, servers] = await Promise.all([
    localFunctions(),
    liveEnvironments(),
    Promise.all(Object.entries(standIns).map(([name, port]) => serverState(name, port))),
  ]);
  return {
    servers: servers.filter((server) => server !== undefined),
    functions: functions.map(({ functionName, broken }) => ({
      name: shortOf(stage, functionName),
      environments: environments.filter((each) => each.functionName === functionName).length,
      broken,
    })),
  };
}

/** Undefined if it was not started. */
async function serverState(name: string, port: number) {
  const state = await askStandIn(port).catch(() => undefined);
  if (state === undefined) return undefined;
  const { mode, counts: calls, resources } = state;
  const about = { name: name as keyof StandIns, mode, calls };
  return { ...about, ...(resources !== undefined && { resources }) };
}
