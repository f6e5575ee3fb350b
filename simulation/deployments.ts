/** Deployments in the middle of a run: old and new environments run next to each other for some time. One may be rolled back. */
import type { EventSource } from './lambda/event-source.ts';
import type { LambdaFunction } from './lambda/function.ts';
import type { Scheduler } from './scheduler.ts';
import type { DrawnSettings } from './settings.ts';

interface Deployed {
  readonly scheduler: Scheduler;
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  readonly sources: readonly EventSource[];
  readonly drawn: { readonly settings: DrawnSettings };
}
type TellReset = (uuid: string) => void;

const RESET_AGAIN_MS = 5_000;

/** Deploys all functions again. */
export function deployAgain(deployed: Deployed, tellReset: TellReset): void {
  const { scheduler, functions, drawn } = deployed;
  scheduler.note('deployed again');
  for (const each of functions.values()) each.deploy();
  resetMappings(deployed, tellReset);
  const { rolledBackMs } = drawn.settings;
  if (rolledBackMs > 0) scheduler.after(rolledBackMs, () => rollBack(deployed, tellReset));
}

/** The old code is deployed anew, as people do with a bad deployment. */
function rollBack(deployed: Deployed, tellReset: TellReset): void {
  deployed.scheduler.note('rolled back');
  for (const each of deployed.functions.values()) each.deploy(0);
  resetMappings(deployed, tellReset);
}

function resetMappings({ scheduler, sources, drawn }: Deployed, tellReset: TellReset): void {
  if (drawn.settings.resetsMappings === 0) return;
  // CloudFormation sends what the template says, and waits while another change is in progress.
  const reset = (source: EventSource) => {
    const { uuid, concurrencyMax } = source.plan;
    if (source.isAsDeployed) return;
    if (source.change({ enabled: true, concurrencyMax })) tellReset(uuid);
    else scheduler.after(RESET_AGAIN_MS, () => reset(source));
  };
  for (const source of sources) reset(source);
}
