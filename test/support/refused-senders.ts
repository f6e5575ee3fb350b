/** Sources that tests know, and what must hold for a message that was refused because of its sender. */
import { expect } from 'vitest';
import type { SourceRules } from '../../core/source/sources.ts';
import { receive } from './delivery.ts';
import type { Stage } from './stage.ts';
import { itemsOf } from './stores.ts';

export const SOURCE_RULES: SourceRules = {
  senderIds: 'verify',
  messageGroups: 'require',
  operators: ['AIDAOPERATOR'],
  known: {
    'hospital-a': { senders: ['AROAHOSPITALA'], lanes: ['background', 'critical'] },
    lab: {
      senders: ['AROALABORATORY'],
      lanes: ['background'],
      resourceTypes: ['Observation'],
      largestBytes: 2_000,
    },
    urgent: { senders: ['AROAURGENT'], lanes: ['critical'] },
    chatty: { senders: ['AROACHATTY'], lanes: ['background'], ratePerMinute: 3 },
  },
};

/** The one message of the test was refused: rejected, published, and nothing else. */
export async function expectRefused(
  { world }: Stage,
  problem: string,
  source: string,
  sender?: string,
) {
  expect(await itemsOf(world.tables.resources)).toEqual([]);
  const [item, ...others] = await itemsOf(world.tables.quarantine);
  expect(others).toEqual([]);
  expect(item).toMatchObject({
    status: 'quarantined',
    kind: 'rejection',
    reason: `security: ${problem}`,
    source,
  });
  expect(item?.['sender']).toBe(sender);
  expect(JSON.parse(String(item?.['outcome']))).toMatchObject({
    issue: [{ severity: 'error', code: 'security' }],
  });
  const [told] = await receive(world.queues.outcomes);
  expect(JSON.parse(told?.body ?? '')).toMatchObject({
    verdict: 'rejected',
    source,
    issues: [{ code: 'security' }],
  });
  return item;
}
