/** The stage on the embedded runtime. */
import { join } from 'node:path';
import { documentsOf } from '../../aws/clients.ts';
import { laneQueueName } from '../../cli/target.ts';
import type { Lane } from '../../core/message/messages.ts';
import { ensureBuilt, LOCAL } from '../../demo/build.ts';
import { resourceName } from '../../lib/config/stage-config.ts';
import { createClients, destroyClients } from '../../packages/local-lambda/clients.ts';
import { startRuntime } from '../../packages/local-lambda/runtime.ts';
import type { Stage } from './stage.ts';

const STAGE = 'dev';
/** As many as the lanes of an emulator have together (deployed.ts). */
const ENVIRONMENTS_MAX = 8;
const ROOT = join(import.meta.dirname, '../..');

export async function embedded(): Promise<Stage> {
  await ensureBuilt(ROOT, console.error);
  const runtime = await startRuntime({
    assembly: join(ROOT, LOCAL.assembly),
    environmentsMax: ENVIRONMENTS_MAX,
    log: console.error,
  });
  const clients = createClients(runtime.endpoints);
  const queue = (lane: Lane) => ({
    sqs: clients.sqs,
    url: runtime.queueUrl(laneQueueName(STAGE, lane)),
  });
  return {
    name: 'embedded runtime',
    critical: queue('critical'),
    background: queue('background'),
    resources: { name: resourceName(STAGE, 'resources'), dynamo: documentsOf(clients.dynamodb) },
    async stop() {
      destroyClients(clients);
      await runtime.stop();
    },
  };
}
