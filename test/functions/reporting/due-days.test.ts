/** The alarm on a report that is late reads how many days are due each minute. */
import { expect, test, vi } from 'vitest';
import { MINUTE_WAKE } from '../../../core/message/messages.ts';
import { skipTime } from '../../support/clock.ts';
import { deliver } from '../../support/delivery.ts';
import { failCalls } from '../../support/faults.ts';
import { DAY_MS, ended, loadInsight, say } from '../../support/insight.ts';
import { watchMetrics } from '../../support/metrics.ts';
import { useEmulators } from '../../support/use-emulators.ts';
import { buildWorld } from '../../support/world.ts';

useEmulators();

test('R60: a day whose report is due is counted each minute until it is made, and the report once', async () => {
  const world = await buildWorld();
  const metrics = watchMetrics();
  const { handler, clients } = await loadInsight('reporting');
  const told = async (body: object) => {
    await say(world.queues.reporting, body);
    await deliver(handler, world.queues.reporting);
    return [metrics.sum('ReportsDue'), metrics.sum('ReportsMade')];
  };
  const endedAt = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS / 2;
  skipTime(15 * 60_000);
  expect(await told(ended('m-1', { endedAt }))).toEqual([0, 0]);
  const repair = failCalls({ clients }, 's3', (command) => command === 'GetObjectCommand');
  expect(await told(MINUTE_WAKE)).toEqual([1, 0]);
  repair();
  expect(await told(MINUTE_WAKE)).toEqual([2, 1]);
  expect(await told(MINUTE_WAKE)).toEqual([2, 1]);
  vi.restoreAllMocks();
});
