import { describe, expect, test } from 'vitest';
import { type CrashEvent, MINUTE_WAKE } from '../../../core/message/messages.ts';
import { skipTime } from '../../support/clock.ts';
import { contextWith, deliver, receive, send } from '../../support/delivery.ts';
import { failCalls } from '../../support/faults.ts';
import { useStage } from '../../support/stage.ts';
import { depthOf, itemsOf } from '../../support/stores.ts';

const stage = useStage({ crashesToOpen: 3, windowMs: 60_000 }, ['incident']);

function crash(id: string, ageMs = 0, fields: Partial<CrashEvent> = {}): string {
  const at = Date.now() - ageMs;
  const event: CrashEvent = { id, requestId: id, component: 'validate', kind: 'exit', at };
  return JSON.stringify({ ...event, ...fields });
}

async function crashes(...bodies: string[]): Promise<void> {
  for (const body of bodies) await send(stage.world.queues.incident, body);
}

const MINUTE = JSON.stringify(MINUTE_WAKE);
const dedupKey = () => `fhir-failsafe/${stage.world.stage}/validate#1`;
const deliverCrashes = () => deliver(stage.functions.incident, stage.world.queues.incident);

async function incidents() {
  const items = await itemsOf(stage.world.tables.incidents);
  return items.filter((item) => String(item['sk']).startsWith('incident#'));
}

describe('crashes of one scope', () => {
  test('R20: too few are recorded, expire, and open nothing', async () => {
    await crashes(crash('a'), crash('b'));
    expect((await deliverCrashes())?.failed).toEqual([]);
    const items = await itemsOf(stage.world.tables.incidents);
    expect(items).toHaveLength(2);
    expect(items[0]?.['expiresAt']).toBeGreaterThan(Date.now() / 1_000);
    expect(await depthOf(stage.world.queues.oncall)).toBe(0);
  });

  test('R20 R21: enough open one incident, one page and one notice', async () => {
    await crashes(crash('a', 2_000), crash('b', 1_000, { kind: 'timeout' }), crash('c'));
    expect((await deliverCrashes())?.failed).toEqual([]);
    expect(await incidents()).toMatchObject([
      { pk: 'validate', sk: 'incident#000001', status: 'open', crashes: 3 },
    ]);
    const [page, ...more] = await receive(stage.world.queues.oncall);
    expect(more).toEqual([]);
    expect(JSON.parse(page?.body ?? '{}')).toMatchObject({
      event_action: 'trigger',
      dedup_key: dedupKey(),
      payload: {
        severity: 'critical',
        component: 'validate',
        custom_details: {
          incident: 'validate#1',
          crashes: '3',
          kinds: { exit: 2, timeout: 1 },
          stage: stage.world.stage,
        },
      },
      links: [{ href: expect.stringContaining('#incident') }],
    });
    const attributes = Object.entries(page?.messageAttributes ?? {});
    expect(Object.fromEntries(attributes.map(([k, v]) => [k, v.stringValue]))).toEqual({
      scope: 'validate',
      severity: 'critical',
      stage: stage.world.stage,
      audience: 'oncall',
      notice: 'page',
      action: 'trigger',
      dedupKey: dedupKey(),
    });
    expect(await receive(stage.world.queues.management)).toHaveLength(1);
  });

  test('R20: a late event completes a window in the past', async () => {
    await crashes(crash('a', 3_600_000), crash('c', 3_550_000));
    await deliverCrashes();
    await crashes(crash('now'));
    await deliverCrashes();
    expect(await incidents()).toEqual([]);
    await crashes(crash('b', 3_570_000));
    await deliverCrashes();
    expect(await incidents()).toHaveLength(1);
  });

  test('R20: a crash that is published twice counts once', async () => {
    await crashes(crash('a'), crash('a', 5), crash('b'), crash('b'));
    await deliverCrashes();
    await crashes(crash('b'));
    await deliverCrashes();
    expect(await incidents()).toEqual([]);
  });

  test('R20: while it is open, more page nobody, and are counted by the minute', async () => {
    await crashes(crash('a'), crash('b'), crash('c'));
    await deliverCrashes();
    await crashes(crash('d', 30_000), crash('e'), crash('e', 5));
    await deliverCrashes();
    skipTime(1);
    await crashes(MINUTE);
    expect((await deliverCrashes())?.failed).toEqual([]);
    expect(await incidents()).toMatchObject([{ number: 1, crashes: 5, kinds: { exit: 5 } }]);
    expect(await receive(stage.world.queues.oncall)).toHaveLength(1);
  });
});

test('R20: scopes do not count together', async () => {
  const other = { component: 'deliver' };
  await crashes(crash('a'), crash('b'), crash('x', 0, other), crash('y', 0, other));
  await deliverCrashes();
  expect(await incidents()).toEqual([]);
  await crashes(crash('z', 0, other));
  await deliverCrashes();
  expect(await incidents()).toMatchObject([{ scope: 'deliver' }]);
});

test('R21: while a page cannot be sent the crashes come again, and then it is sent', async () => {
  await crashes(crash('a'), crash('b'), crash('c'));
  const repair = failCalls(stage.functions, 'sns', () => true);
  expect((await deliverCrashes())?.failed).toHaveLength(3);
  repair();
  skipTime(60_000);
  expect((await deliverCrashes())?.failed).toEqual([]);
  expect(await receive(stage.world.queues.oncall)).toHaveLength(1);
  expect(await receive(stage.world.queues.management)).toHaveLength(1);
  expect(await incidents()).toMatchObject([{ crashes: 3 }]);
});

test('R21: two writers at once open one incident', async () => {
  await crashes(crash('a'), crash('b'), crash('c'), crash('d'));
  const records = await receive(stage.world.queues.incident);
  const [first = [], second = []] = [records.slice(0, 3), records.slice(1)];
  await Promise.all([
    stage.functions.incident({ Records: first }, contextWith()),
    stage.functions.incident({ Records: second }, contextWith()),
  ]);
  expect(await incidents()).toHaveLength(1);
  const pages = await receive(stage.world.queues.oncall);
  const keys = pages.map((page) => page.messageAttributes['dedupKey']?.stringValue);
  // The one that opened it notifies; the other, which saw it a moment later, leaves it alone.
  expect(keys).toEqual([dedupKey()]);
});

test('R31: an escalation opens an incident at once, once', async () => {
  const scope = 'supervisor:application';
  const escalation = { scope, at: Date.now(), why: '4 restarts in 5 s', id: 'e-1' };
  await crashes(JSON.stringify({ escalation }), JSON.stringify({ escalation }));
  expect((await deliverCrashes())?.failed).toEqual([]);
  expect(await incidents()).toMatchObject([{ scope, cause: 'escalation', status: 'open' }]);
  const [page, ...more] = await receive(stage.world.queues.oncall);
  expect(more).toEqual([]);
  expect(page?.body).toContain('supervisor:application gave up: 4 restarts in 5 s');
});

test('R09: a message that is not a crash event fails, for its dead-letter queue, and delays no other', async () => {
  await crashes(crash('a'));
  const strange = await send(stage.world.queues.incident, '{"id":1}');
  const broken = await send(stage.world.queues.incident, 'not JSON');
  expect((await deliverCrashes())?.failed.toSorted()).toEqual([strange, broken].sort());
  expect(await itemsOf(stage.world.tables.incidents)).toHaveLength(1);
});
