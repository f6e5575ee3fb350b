/** Which crash events reach which queue, by the subscriptions of the template. */
import { expect, test } from 'vitest';
import { publishCrash } from '../../aws/crashes-topic.ts';
import { isComponentDeath } from '../../core/incident/escalation.ts';
import { type CrashEvent, deathDuringSchema } from '../../core/message/messages.ts';
import { CRASH_KINDS } from '../../core/message/verdict.ts';
import { ENV } from '../../telemetry/env-names.ts';
import { testClients } from '../support/clients.ts';
import { receive, remove } from '../support/delivery.ts';
import type { Queue } from '../support/provision.ts';
import { useEmulators } from '../support/use-emulators.ts';
import { buildWorld } from '../support/world.ts';

useEmulators();

const EVENTS: readonly CrashEvent[] = deathDuringSchema.options.flatMap((during) =>
  CRASH_KINDS.map((kind) => ({
    id: `${during} ${kind}`,
    component: 'validate',
    kind,
    at: 1,
    during,
  })),
);

async function idsIn(queue: Queue): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const records = await receive(queue);
    if (records.length === 0) return ids.sort();
    ids.push(...records.map(({ body }) => (JSON.parse(body) as CrashEvent).id));
    await remove(queue, records);
  }
}

test('R30: the supervisor gets the deaths that it counts and no other, and incident gets every crash', async () => {
  const { queues } = await buildWorld();
  const topic = { arn: process.env[ENV.crashesTopicArn] ?? '', sns: testClients().sns };
  for (const event of EVENTS) await publishCrash(topic, event);
  const ids = (events: readonly CrashEvent[]) => events.map(({ id }) => id).sort();
  expect(await idsIn(queues.supervisor)).toEqual(ids(EVENTS.filter(isComponentDeath)));
  expect(await idsIn(queues.incident)).toEqual(ids(EVENTS));
  expect(EVENTS.filter(isComponentDeath)).toHaveLength(6);
});

test('R30: the supervisor gets an event of a former version, which has no such attribute', async () => {
  const { queues } = await buildWorld();
  const event: CrashEvent = { id: 'former', component: 'validate', kind: 'exception', at: 1 };
  const topic = { arn: process.env[ENV.crashesTopicArn] ?? '', sns: testClients().sns };
  await publishCrash(topic, event);
  expect(await idsIn(queues.supervisor)).toEqual([event.id]);
});
