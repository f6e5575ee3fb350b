/** An operator's command line in this process, with SDK clients of its own. */
import { realMachine } from '../../aws/machine.ts';
import { allEntries, readEntry } from '../../aws/quarantine-entries.ts';
import { discard } from '../../cli/quarantine/discard.ts';
import { redrive } from '../../cli/quarantine/redrive.ts';
import type { QuarantineStage } from '../../cli/quarantine/stage.ts';
import { makeClients } from './cold.ts';
import type { Clients } from './functions.ts';
import { bucketAt, queueAt, tableAt } from './handles.ts';
import type { World } from './world.ts';

type Rest<F> = F extends (stage: QuarantineStage, ...rest: infer R) => unknown ? R : never;

/** Each command is a process of its own. */
export async function loadOperator() {
  const own = makeClients();
  const ours = (stage: QuarantineStage) => reachedBy(own, stage);
  return {
    redrive: (stage: QuarantineStage, ...rest: Rest<typeof redrive>) =>
      redrive(ours(stage), ...rest),
    discard: (stage: QuarantineStage, ...rest: Rest<typeof discard>) =>
      discard(ours(stage), ...rest),
    readEntry: (table: string, id: string) => readEntry(tableAt(table, own), id),
    allEntries: (table: string) => allEntries(tableAt(table, own)),
    clients: [own] as const,
  };
}

function reachedBy(clients: Clients, stage: QuarantineStage): QuarantineStage {
  const { background, critical } = stage.isolationQueues;
  return {
    ...stage,
    quarantineTable: tableAt(stage.quarantineTable.name, clients),
    resourcesTable: tableAt(stage.resourcesTable.name, clients),
    bucket: bucketAt(stage.bucket.name, clients),
    deliveryQueue: queueAt(stage.deliveryQueue, clients),
    isolationQueues: {
      background: queueAt(background, clients),
      critical: queueAt(critical, clients),
    },
  };
}

export function stageOf({ tables, bucket, queues }: World): QuarantineStage {
  const isolation = queueAt(queues.isolation);
  return {
    now: realMachine.now,
    later: realMachine.later,
    quarantineTable: tableAt(tables.quarantine),
    resourcesTable: tableAt(tables.resources),
    bucket: bucketAt(bucket),
    deliveryQueue: queueAt(queues.delivery),
    isolationQueues: { critical: isolation, background: isolation },
  };
}

/** Options of a redrive or discard by a test. */
export const byTest = (before = Date.now()) => ({
  before,
  by: 'test',
  why: 'to see',
  rate: 1_000,
  only: {},
  dryRun: false,
  onSent: () => {},
  onFailed: (id: string, reason: string): never => {
    throw new Error(`${id}: ${reason}`);
  },
});
