/** Who does the steps of an incident, and what of them is counted. */
import { expect, test, vi } from 'vitest';
import { MINUTE_WAKE } from '../../../core/message/messages.ts';
import { skipTime } from '../../support/clock.ts';
import { deliver, send } from '../../support/delivery.ts';
import { failCalls } from '../../support/faults.ts';
import { watchMetrics } from '../../support/metrics.ts';
import { useStage } from '../../support/stage.ts';
import { depthOf } from '../../support/stores.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Pages again after 5 min, escalates after 15. */
const stage = useStage({ crashesToOpen: 3, windowMs: MINUTE_MS, quietMs: HOUR_MS }, ['incident']);

async function crash(...ids: readonly string[]) {
  const at = Date.now();
  for (const id of ids) {
    const event = { id, requestId: id, component: 'validate', kind: 'exit', at };
    await send(stage.world.queues.incident, JSON.stringify(event));
  }
  return deliver(stage.functions.incident, stage.world.queues.incident);
}

async function minuteAfter(ms: number): Promise<void> {
  skipTime(ms);
  await send(stage.world.queues.incident, JSON.stringify(MINUTE_WAKE));
  const delivered = await deliver(stage.functions.incident, stage.world.queues.incident);
  expect(delivered?.failed).toEqual([]);
}

test('R21: whoever sees that another process has the lease leaves the steps to it, until the lease is over', async () => {
  const repair = failCalls(stage.functions, 'sns', () => true);
  expect((await crash('a', 'b', 'c'))?.failed).toHaveLength(3);
  repair();
  expect((await crash('d'))?.failed).toEqual([]);
  expect(await depthOf(stage.world.queues.oncall)).toBe(0);
  skipTime(2 * MINUTE_MS);
  expect((await crash('e'))?.failed).toEqual([]);
  expect(await depthOf(stage.world.queues.oncall)).toBe(1);
});

test('R60: crashes, incidents, pages, notices and unanswered pages are counted, each once', async () => {
  const metrics = watchMetrics();
  await stage.reload();
  const NAMES = ['Crashes', 'Incidents', 'Pages', 'Notices', 'PagesUnanswered'];
  const counts = () => [...NAMES, 'IncidentsResolved'].map((name) => metrics.sum(name));
  expect((await crash('a', 'b', 'c', 'a'))?.failed).toEqual([]);
  expect(counts()).toEqual([3, 1, 1, 1, 0, 0]);
  await minuteAfter(6 * MINUTE_MS);
  expect(counts()).toEqual([3, 1, 2, 1, 1, 0]);
  await minuteAfter(10 * MINUTE_MS);
  expect(counts()).toEqual([3, 1, 2, 2, 2, 0]);
  await minuteAfter(2 * HOUR_MS);
  expect(counts()).toEqual([3, 1, 2, 2, 2, 1]);
  await minuteAfter(MINUTE_MS);
  expect(counts()).toEqual([3, 1, 2, 2, 2, 1]);
  vi.restoreAllMocks();
});
