/** PUTs that the FHIR server carries out after we gave up on them. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { skipTime } from '../../support/clock.ts';
import { dieOnceStored } from '../../support/death.ts';
import { type HeldCalls, textOf, useDeliveryStage } from '../../support/delivery-stage.ts';
import { type Metrics, watchMetrics } from '../../support/metrics.ts';

const stage = useDeliveryStage();
/** No other timer has this length. */
const TIMEOUT_MS = 777;
/** Longer than any back-off of these tests, and shorter than `lateMs`. */
const SOON_MS = 5_000;
/** Longer than `lateMs`, and longer than a waiting delivery hides its trigger. */
const LATE_MS = 125_000;

/** Calls that the server has accepted, and carries out when told to. */
let slow: HeldCalls;
let metrics: Metrics;

async function build({ etags = true, settings = {} } = {}): Promise<void> {
  slow = await stage.holdCalls(TIMEOUT_MS, { etags });
  await stage.build({ callTimeoutMs: TIMEOUT_MS, ...settings });
}

beforeEach(() => {
  metrics = watchMetrics();
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** One delivery whose call is given up while the server has it. */
async function giveUp(): Promise<void> {
  stage.downstream.setMode('slow');
  await stage.turn();
  stage.downstream.setMode('ok');
  expect(slow.count()).toBeGreaterThan(0);
}

async function carryOut(): Promise<void> {
  expect(slow.count()).toBeGreaterThan(0);
  slow.finish();
  // The server's own promises; nothing here waits for time.
  await new Promise(setImmediate);
  await new Promise(setImmediate);
}

async function turns(count: number, ms = SOON_MS): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    skipTime(ms);
    await stage.turn();
  }
}

const held = () => stage.downstream.resources.get('Patient/a')?.body;
const isPending = async () => (await stage.resource())['deliveryShard'] !== undefined;

async function expectEnd(version: number): Promise<void> {
  expect(held()).toBe(textOf('a', version));
  const item = await stage.resource();
  expect(item['deliveredOrder']).toBe(item['submissionOrder']);
  expect(item).not.toHaveProperty('deliveryShard');
  expect(item).not.toHaveProperty('deliveryLateUntil');
}

describe('R05: a first PUT that was given up', () => {
  test('and is carried out after the newer version is overwritten again', async () => {
    await build();
    await stage.store('a', 1);
    await giveUp();
    await stage.store('a', 2);
    await turns(2);
    expect(held()).toBe(textOf('a', 2));
    expect(await isPending()).toBe(true);
    await carryOut();
    expect(held()).toBe(textOf('a', 1));
    await turns(3, LATE_MS);
    await expectEnd(2);
    expect(metrics.sum('Unconfirmed')).toBe(1);
  });

  test('and is never carried out costs one read, and no extra PUT', async () => {
    await build();
    await stage.store('a', 1);
    await giveUp();
    await turns(2);
    expect(stage.downstream.counts).toMatchObject({ slow: 1, ok: 1 });
    await turns(2, LATE_MS);
    await expectEnd(1);
    expect(stage.downstream.counts).toMatchObject({ ok: 2 });
    expect(stage.downstream.resources.get('Patient/a')?.version).toBe(1);
  });

  test('and is carried out before the next PUT makes that one fail and be repeated', async () => {
    await build();
    await stage.store('a', 1);
    await giveUp();
    await turns(1);
    await carryOut();
    await stage.store('a', 2);
    await turns(1);
    expect(held()).toBe(textOf('a', 2));
    await turns(2, LATE_MS);
    await expectEnd(2);
    expect(metrics.sum('OtherVersion')).toBe(1);
  });

  test('is waited for while newer submissions come, and the server ends with the newest', async () => {
    await build();
    await stage.store('a', 1);
    await giveUp();
    for (const version of [2, 3, 4]) {
      await stage.store('a', version);
      await turns(2);
      expect(held()).toBe(textOf('a', version));
    }
    expect(await isPending()).toBe(true);
    await carryOut();
    await turns(3, LATE_MS);
    await expectEnd(4);
  });

  test('is waited for with all others like it', async () => {
    await build();
    for (const version of [1, 2]) {
      await stage.store('a', version);
      skipTime(30_000);
      await giveUp();
    }
    await turns(1);
    skipTime(30_000);
    await turns(4);
    expect(await isPending()).toBe(true);
    await carryOut();
    await turns(4, LATE_MS);
    await expectEnd(2);
  });

  test('is waited for as long as configured', async () => {
    await build({ settings: { lateMs: 1_000 } });
    await stage.store('a', 1);
    await giveUp();
    await turns(3);
    await expectEnd(1);
  });

  test('by an environment that died is waited for too', async () => {
    const timeoutMs = 5_000;
    await build({ settings: { callTimeoutMs: timeoutMs } });
    await stage.store('a', 1);
    stage.downstream.setMode('slow');
    const dying = stage.turn();
    await expect.poll(() => slow.count()).toBe(1);
    const death = dieOnceStored(stage.downstream, stage.lane.clients);
    stage.downstream.onStored('', '', {});
    skipTime(timeoutMs);
    expect(await Promise.race([dying, death.happened])).toBe('died');
    stage.downstream.setMode('ok');

    await stage.reload();
    await stage.store('a', 2);
    await turns(1, 20_000);
    expect(held()).toBe(textOf('a', 2));
    expect(await isPending()).toBe(true);
    await carryOut();
    expect(held()).toBe(textOf('a', 1));
    await turns(3, LATE_MS);
    await expectEnd(2);
  });
});

describe('R05: a PUT that named its version and was given up', () => {
  async function deliverFirst(): Promise<void> {
    await build();
    await stage.store('a', 1);
    await stage.turn();
    await expectEnd(1);
    await stage.store('a', 2);
    await giveUp();
  }

  test('does no harm after the next PUT, which names the same version: the delivery ends at once', async () => {
    await deliverFirst();
    await stage.store('a', 3);
    await turns(1);
    await expectEnd(3);
    await carryOut();
    await expectEnd(3);
  });

  test('and was carried out: the version is read, and named', async () => {
    await deliverFirst();
    await carryOut();
    await stage.store('a', 3);
    const named: unknown[] = [];
    stage.downstream.onStored = (_key, _body, headers) => named.push(headers['if-match']);
    await turns(1);
    await expectEnd(3);
    expect(named).toEqual(['W/"2"']);
  });
});

describe('R05: a server without ETags', () => {
  test('gets the newest again when nothing older can take effect any more', async () => {
    await build({ etags: false });
    await stage.store('a', 1);
    await giveUp();
    await stage.store('a', 2);
    await turns(2);
    expect(held()).toBe(textOf('a', 2));
    await carryOut();
    expect(held()).toBe(textOf('a', 1));
    await turns(3, LATE_MS);
    await expectEnd(2);
  });

  test('gets each version once if no PUT was given up', async () => {
    await build({ etags: false });
    for (const version of [1, 2]) {
      await stage.store('a', version);
      await stage.turn();
      await expectEnd(version);
    }
    expect(stage.downstream.counts.ok).toBe(2);
  });
});

test('R61: a PUT that is given up has ended before the invocation answers', async () => {
  await build();
  await stage.store('a', 1);
  const closed = Promise.withResolvers<void>();
  const real = globalThis.fetch;
  vi.spyOn(globalThis, 'fetch').mockImplementation((...args) =>
    real(...args).finally(() => closed.promise),
  );
  stage.downstream.setMode('slow');
  let isOver = false;
  const turn = stage.turn().finally(() => {
    isOver = true;
  });
  await expect.poll(() => slow.count()).toBe(1);
  // Longer than the call may take, and than anything that follows it.
  for (let n = 0; n < 60; n += 1) await stage.resource();
  expect(isOver).toBe(false);
  closed.resolve();
  await turn;
  expect(await stage.resource()).not.toHaveProperty('deliveryLease');
});
