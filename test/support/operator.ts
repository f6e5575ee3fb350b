/** An operator's command line in this process, with SDK clients of its own. */
import { vi } from 'vitest';
import type { QuarantineStage } from '../../cli/quarantine/stage.ts';
import type { Clients } from './functions.ts';
import type { World } from './world.ts';

/** Loaded anew, as each command is a process of its own. */
export async function loadOperator() {
  vi.resetModules();
  const clients: Clients[] = [await import('../../aws/clients.ts')];
  const { redrive } = await import('../../cli/quarantine/redrive.ts');
  const { discard } = await import('../../cli/quarantine/discard.ts');
  const { readEntry, allEntries } = await import('../../aws/quarantine-entries.ts');
  return { redrive, discard, readEntry, allEntries, clients };
}

export function stageOf({ tables, bucket, queues }: World): QuarantineStage {
  const { url } = queues.isolation;
  return {
    quarantineTable: tables.quarantine,
    resourcesTable: tables.resources,
    bucket,
    deliveryQueueUrl: queues.delivery.url,
    isolationQueueUrls: { critical: url, background: url },
  };
}

/** Options of a redrive or discard by a test. */
export const byTest = (before = Date.now()) => ({
  before,
  by: 'test',
  why: 'to see',
  rate: 1_000,
  dryRun: false,
  onSent: () => {},
  onFailed: (id: string, reason: string): never => {
    throw new Error(`${id}: ${reason}`);
  },
});
