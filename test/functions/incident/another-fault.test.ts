/** A producer that keeps an incident open with a killer hides no other fault that follows. */
import { expect, test } from 'vitest';
import { type CrashEvent, MINUTE_WAKE } from '../../../core/message/messages.ts';
import { skipTime } from '../../support/clock.ts';
import { deliver, receive, send } from '../../support/delivery.ts';
import { useStage } from '../../support/stage.ts';

const stage = useStage({}, ['incident']);
const MINUTE_MS = 60_000;

async function crashes(name: string, count: number, fields: Partial<CrashEvent>): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const id = `${name}-${n}`;
    const told = { id, requestId: id, component: 'validate', kind: 'timeout', at: Date.now() };
    await send(stage.world.queues.incident, JSON.stringify({ ...told, ...fields }));
  }
  await drain();
}

async function drain(): Promise<void> {
  let delivered = await deliver(stage.functions.incident, stage.world.queues.incident);
  while (delivered !== undefined) {
    expect(delivered.failed).toEqual([]);
    delivered = await deliver(stage.functions.incident, stage.world.queues.incident);
  }
}

async function minute(): Promise<void> {
  skipTime(MINUTE_MS);
  await send(stage.world.queues.incident, JSON.stringify(MINUTE_WAKE));
  await drain();
}

const seen = new Set<string>();

/**
 * What on-call got since the last look, by action and key. A page stays in the queue, and is seen again.
 */
async function paged(): Promise<string[]> {
  const records = (await receive(stage.world.queues.oncall)).filter(
    ({ messageId }) => !seen.has(messageId),
  );
  for (const { messageId } of records) seen.add(messageId);
  const pages = records.map(({ body }) => JSON.parse(body));
  return pages.map(
    ({ event_action, dedup_key }) =>
      `${event_action} ${String(dedup_key).replace(/^fhir-failsafe\/[^/]+\//, '')}`,
  );
}

test('R20 R21: another fault pages within the incident, once, whatever keeps it open', async () => {
  const killer = { fingerprint: 'aaaa', lane: 'background' } as const;
  const bug = { fingerprint: 'bbbb', lane: 'critical', kind: 'exception' } as const;
  await crashes('killer', 10, killer);
  expect(await paged()).toEqual(['trigger validate#1']);
  await crashes('bug', 9, bug);
  await crashes('more', 12, killer);
  await minute();
  expect(await paged()).toEqual([]);
  await crashes('tenth', 1, bug);
  expect(await paged()).toEqual([]);
  await minute();
  expect(await paged()).toEqual(['trigger validate#1/critical/bbbb']);
  await crashes('again', 20, bug);
  await minute();
  expect(await paged()).toEqual([]);
  // Quiet ends the incident, and both pages with it.
  skipTime(11 * MINUTE_MS);
  await minute();
  expect((await paged()).toSorted()).toEqual([
    'resolve validate#1',
    'resolve validate#1/critical/bbbb',
  ]);
});
