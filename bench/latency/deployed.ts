/** The stage on an emulator that takes deployments: MiniStack or LocalStack. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PERSONS_CALL } from '../../aws/call-timeouts.ts';
import { makeDynamo, makeSqs } from '../../aws/clients.ts';
import { findQueue, laneQueueName } from '../../cli/target.ts';
import { resourceName } from '../../lib/config/stage-config.ts';
import type { Stage } from './stage.ts';

/** A stage of its own, so that nothing else in the emulator is touched. */
const STAGE = 'latency';

/** An emulator has no limit of its own, and each environment is a process of this machine. */
const CONTEXT = [
  `stage=${STAGE}`,
  'lanes.critical.maxConcurrency=4',
  'lanes.background.maxConcurrency=4',
].flatMap((pair) => ['-c', pair]);

/** Deploys it. @param endpoint of the emulator */
export async function deployed(endpoint: string): Promise<Stage> {
  await command('deploy:local');
  const sqs = makeSqs(PERSONS_CALL);
  const dynamo = makeDynamo(PERSONS_CALL);
  const queueOf = async (lane: 'critical' | 'background') => ({
    sqs,
    url: await findQueue(sqs, laneQueueName(STAGE, lane)),
  });
  return {
    name: endpoint,
    critical: await queueOf('critical'),
    background: await queueOf('background'),
    resources: { name: resourceName(STAGE, 'resources'), dynamo },
    async stop() {
      sqs.destroy();
      dynamo.destroy();
      await command('destroy:local');
    },
  };
}

/** Its standard output goes to our standard error: ours is for the figures. */
async function command(name: string): Promise<void> {
  const words = ['run', '--silent', name, '--', ...CONTEXT];
  const [status] = await once(spawn('npm', words, { stdio: ['ignore', 2, 2] }), 'exit');
  if (status !== 0) throw new Error(`npm run ${name} failed, see above`);
}
