import { expect, test } from 'vitest';
import { LaterTraffic } from '../../simulation/later-traffic.ts';
import type { Producers } from '../../simulation/producers.ts';
import { Scheduler } from '../../simulation/scheduler.ts';
import type { World } from '../../simulation/world.ts';
import { submission } from './checks/history.ts';

const MINUTE_MS = 60_000;

/** Counts what producers send while these resources are pending. */
async function sentWhile(
  pending: readonly string[],
  minutes: number,
  areDone = true,
  isHeld = false,
) {
  const scheduler = new Scheduler(1);
  const lane = { holds: isHeld ? { breaker: { since: scheduler.now } } : {} };
  const failing = submission({ messageId: 'm1', nature: 'failing-at-server' });
  const healthy = submission({ messageId: 'm2', nature: 'valid' });
  const items = pending.map((messageId) => ({ messageId, deliveryShard: 'pending#1' }));
  const world = {
    ...{ scheduler, nameOf: (end: string) => end },
    services: {
      dynamo: {
        table: (name: string) => ({
          items: () => (name === 'supervision' ? [lane] : [...items, { messageId: 'm1' }]),
        }),
      },
    },
    submissions: new Map([failing, healthy].map((each) => [each.messageId, each])),
  } as unknown as World;
  let sent = 0;
  const producers = { areDone, sendOneEach: () => (sent += 1) } as unknown as Producers;
  new LaterTraffic(world, producers).see({ kind: 'healed' });
  await scheduler.run(() => false, scheduler.now + minutes * MINUTE_MS + 1);
  return sent;
}

test('R18: others are sent each minute, as long as a resource waits at which the server fails', async () => {
  expect(await sentWhile(['m2', 'm1'], 3)).toBe(3);
});

test('R18: others are sent from half an hour on, as long as a breaker holds a lane', async () => {
  expect(await sentWhile([], 29, true, true)).toBe(0);
  expect(await sentWhile([], 32, true, true)).toBe(3);
});

test('nothing more is sent if nothing waits for it, or while producers still submit', async () => {
  expect(await sentWhile(['m2'], 3)).toBe(0);
  expect(await sentWhile([], 3)).toBe(0);
  expect(await sentWhile(['m1'], 3, false)).toBe(0);
});
