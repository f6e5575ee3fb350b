/** Whether producers were told how their messages ended. */
import { expect } from 'vitest';
import { type OutcomeEvent, outcomeEventSchema } from '../../core/message/messages.ts';
import { receive, remove } from './delivery.ts';
import { itemsOf } from './stores.ts';
import type { World } from './world.ts';

/** All outcomes published so far, repetitions included; takes them off their queue. */
export async function outcomesTold({ queues }: World): Promise<OutcomeEvent[]> {
  const told: OutcomeEvent[] = [];
  for (;;) {
    const records = await receive(queues.outcomes);
    if (records.length === 0) return told;
    await remove(queues.outcomes, records);
    told.push(...records.map(({ body }) => outcomeEventSchema.parse(JSON.parse(body))));
  }
}

/** Every ending in the tables was published at least once, and no message had two endings published. */
export async function expectAllTold(world: World): Promise<void> {
  const verdicts = new Map<string, Set<string>>();
  for (const { messageId, verdict } of await outcomesTold(world)) {
    verdicts.set(messageId, (verdicts.get(messageId) ?? new Set()).add(verdict));
  }
  for (const { messageId } of await itemsOf(world.tables.resources)) {
    expect(verdicts.get(String(messageId))).toEqual(new Set(['stored']));
  }
  for (const { pk, status, kind } of await itemsOf(world.tables.quarantine)) {
    if (status !== 'quarantined') continue;
    const verdict = kind === 'rejection' ? 'rejected' : 'dead-lettered';
    expect(verdicts.get(String(pk))).toEqual(new Set([verdict]));
  }
}
