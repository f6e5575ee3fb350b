import { describe, expect, test, vi } from 'vitest';
import type { Attempt } from '../../../core/attempt/attempts.ts';
import { ComponentFault } from '../../../core/message/component-fault.ts';
import { ENVELOPE_ATTRIBUTE } from '../../../core/message/messages.ts';
import { build } from '../../../functions/validate/build.ts';
import type { IsolatedValidator } from '../../../functions/validate/isolated-validator.ts';
import { ORIGIN, useAlone, WHENCE } from '../../support/alone.ts';
import { skipTime } from '../../support/clock.ts';
import { deliver, receive, send } from '../../support/delivery.ts';
import { failCalls } from '../../support/faults.ts';
import { loadFunctions, NOWHERE, validateDeps } from '../../support/functions.ts';
import { watchMetrics } from '../../support/metrics.ts';
import { faulty, invalidPatient, patient } from '../../support/resources.ts';
import { depthOf, itemsOf } from '../../support/stores.ts';
import { outcomesTold } from '../../support/told.ts';

const { stage, submit, deliverAlone, entry, enter } = useAlone();

describe('a suspect that is', () => {
  test('R03 R04: innocent is stored under its first time and id, and its entry says so', async () => {
    await submit(patient());
    expect((await deliverAlone())?.failed).toEqual([]);
    expect(await itemsOf(stage.world.tables.resources)).toMatchObject([
      { pk: 'lab#Patient#example', messageId: 'm-1', sentAt: 1_000, file: 'a.ndjson', line: 5 },
    ]);
    expect(await entry()).toMatchObject({ pk: 'm-1', status: 'stored', lane: 'background' });
    expect(await depthOf(stage.world.queues.incident)).toBe(0);
  });

  test('innocent reads its entry once', async () => {
    const reads: string[] = [];
    const watched = failCalls(stage.functions, 'dynamo', (command, { TableName }) => {
      if (command === 'GetItemCommand') reads.push(String(TableName));
      return false;
    });
    await submit(patient());
    expect((await deliverAlone())?.failed).toEqual([]);
    watched();
    expect(reads).toEqual([stage.world.tables.quarantine]);
  });

  test('invalid is rejected, and keeps its attempts', async () => {
    await submit(invalidPatient());
    expect((await deliverAlone())?.failed).toEqual([]);
    expect(await entry()).toMatchObject({
      status: 'quarantined',
      kind: 'rejection',
      source: 'lab',
      attempts: [{ requestId: expect.any(String) }],
    });
  });

  test('R02: a killer is tried in two deliveries, the second at once, which dead-letters it with its reason', async () => {
    await submit(faulty('exit'));
    const crashed = {
      crash: 'exit',
      reason: 'its worker exited with code 1',
      ended: expect.any(Number),
    };
    expect((await deliverAlone())?.failed).toHaveLength(1);
    expect(await entry()).toMatchObject({ status: 'in-isolation', attempts: [crashed] });
    expect(await depthOf(stage.world.queues.deadLetter)).toBe(0);
    expect((await deliverAlone())?.failed).toEqual([]);
    expect(await entry()).toMatchObject({ status: 'in-isolation', attempts: [crashed, crashed] });
    const [letter] = await receive(stage.world.queues.deadLetter);
    expect(letter?.body).toBe(faulty('exit'));
    const encoded = letter?.messageAttributes[ENVELOPE_ATTRIBUTE]?.stringValue ?? '';
    expect(JSON.parse(encoded)).toMatchObject({
      ...ORIGIN,
      deadLetter: { kind: 'exit', reason: 'its worker exited with code 1', attempts: 2 },
    });
    expect(await depthOf(stage.world.queues.incident)).toBe(2);
  });

  test.each(['{"lane":1}', '{', JSON.stringify({ ...ORIGIN, lane: 'fast' })])(
    'R09: sent with an unreadable envelope waits, rings an alarm, and gets no identity: %s',
    async (encoded) => {
      const metrics = watchMetrics();
      const watched = await loadFunctions(['validate']);
      const deliverIt = () => deliver(watched.validate, stage.world.queues.isolation);
      await send(stage.world.queues.isolation, patient(), { [ENVELOPE_ATTRIBUTE]: encoded });
      for (const waitMs of [1_000, 2_000, 4_000]) {
        expect((await deliverIt())?.failed).toHaveLength(1);
        skipTime(waitMs - 500);
        expect(await deliverIt()).toBeUndefined();
        skipTime(1_000);
      }
      expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
      expect(await itemsOf(stage.world.tables.resources)).toEqual([]);
      expect(await depthOf(stage.world.queues.isolation)).toBe(1);
      expect(metrics.sum('EnvelopesUnreadable')).toBe(3);
      expect(metrics.sum('ComponentFaults')).toBe(3);
      await watched.close();
      vi.restoreAllMocks();
      vi.unstubAllEnvs();
    },
  );
});

describe('a message whose environment died', () => {
  const died = (requestId: string): Attempt => ({ requestId, startedAt: Date.now() - 60_000 });

  test('R02: twice gets a third attempt; each death is a crash event', async () => {
    await enter('in-isolation', [died('r-1'), died('r-2')]);
    await submit(patient());
    expect((await deliverAlone())?.failed).toEqual([]);
    expect(await entry()).toMatchObject({ status: 'stored' });
    const events = await receive(stage.world.queues.incident);
    expect(events.map((event) => JSON.parse(event.body).id).sort()).toEqual(['r-1', 'r-2']);
  });

  test('R02 R07: three times is dead-lettered, and the dead letter says so', async () => {
    await enter('in-isolation', [died('r-1'), died('r-2'), died('r-3')]);
    await submit(patient());
    expect((await deliverAlone())?.failed).toEqual([]);
    const [letter] = await receive(stage.world.queues.deadLetter);
    expect(letter?.messageAttributes[ENVELOPE_ATTRIBUTE]?.stringValue).toContain(
      'the execution environment died while it ran',
    );
    expect(await itemsOf(stage.world.tables.resources)).toEqual([]);
    // Each death is a crash event (R21), also those that only this delivery knows of.
    const events = await receive(stage.world.queues.incident);
    const ids = events.map((event) => JSON.parse(event.body).id);
    expect(ids.sort()).toEqual(['r-1', 'r-2', 'r-3']);
  });

  test('R02: once runs in a separate process from then on, so the crash is seen', async () => {
    await enter('in-isolation', [died('r-1')]);
    await submit(faulty('kill'));
    const crashed = {
      ownProcess: true,
      crash: 'exit',
      reason: 'its process was killed by SIGKILL',
    };
    expect((await deliverAlone())?.failed).toHaveLength(1);
    expect((await entry())?.attempts).toMatchObject([{ requestId: 'r-1' }, crashed]);
    skipTime(1_100);
    expect((await deliverAlone())?.failed).toEqual([]);
    expect((await entry())?.attempts).toMatchObject([{ requestId: 'r-1' }, crashed, crashed]);
    const [letter] = await receive(stage.world.queues.deadLetter);
    expect(letter?.body).toBe(faulty('kill'));
  });

  test('R09 R02: and no process loads, it runs after three deliveries, and its attempt is weak evidence', async () => {
    await enter('in-isolation', [died('r-1')]);
    await submit(patient());
    const fault = () => Promise.reject(new ComponentFault('a process died while it loaded'));
    const pool: IsolatedValidator = {
      ready: async () => {},
      validate: async () => ({ kind: 'valid', resourceType: 'Patient', id: 'example', issues: [] }),
    };
    const ownProcess = { ...NOWHERE.ownProcess, ready: fault };
    const handler = build(await validateDeps({ pool, ownProcess }));
    const deliverIt = () => deliverAlone(20_000, handler);
    for (const tries of [1, 2, 3]) {
      expect({ tries, failed: (await deliverIt())?.failed.length }).toEqual({ tries, failed: 1 });
      expect((await entry())?.attempts).toHaveLength(1);
      skipTime(30_000);
    }
    expect((await deliverIt())?.failed).toEqual([]);
    expect(await entry()).toMatchObject({
      status: 'stored',
      attempts: [{ requestId: 'r-1' }, { ownProcess: true }],
    });
  });
});

describe('a copy of a message', () => {
  test('R04: waits while another delivery may still run it', async () => {
    await enter('in-isolation', [{ requestId: 'r-1', startedAt: Date.now() - 1_000 }]);
    await submit(patient());
    expect((await deliverAlone())?.failed).toHaveLength(1);
    expect((await entry())?.attempts).toHaveLength(1);
    expect(await itemsOf(stage.world.tables.resources)).toEqual([]);
    // Its queue shows it when the other one must have ended, and not before.
    skipTime(5_000);
    expect(await deliverAlone()).toBeUndefined();
    skipTime(6_500);
    expect((await deliverAlone())?.failed).toEqual([]);
    expect(await entry()).toMatchObject({ status: 'stored' });
  });

  test.each(['stored', 'quarantined', 'discarded'])(
    'R04: of a message that is %s has no effect',
    async (status) => {
      await enter(status, []);
      await submit(faulty('throw'));
      expect((await deliverAlone())?.failed).toEqual([]);
      expect(await entry()).toEqual({ ...WHENCE, pk: 'm-1', status, attempts: [] });
      expect(await depthOf(stage.world.queues.incident)).toBe(0);
    },
  );

  test('R04: of a message that is stored publishes that again, because who stored it may have died', async () => {
    await enter('stored', []);
    await submit(patient());
    expect((await deliverAlone())?.failed).toEqual([]);
    expect(await outcomesTold(stage.world)).toMatchObject([
      { verdict: 'stored', messageId: ORIGIN.messageId },
    ]);
  });

  test('R04: of a message that is dead-lettered while it runs is not stored', async () => {
    await submit(patient());
    const pool: IsolatedValidator = {
      ready: async () => {},
      validate: async () => {
        await enter('quarantined', (await entry())?.attempts ?? []);
        return { kind: 'valid', resourceType: 'Patient', id: 'example', issues: [] };
      },
    };
    const handler = build(await validateDeps({ ...NOWHERE, pool }));
    expect((await deliverAlone(20_000, handler))?.failed).toHaveLength(1);
    skipTime(1_100);
    expect((await deliverAlone())?.failed).toEqual([]);
    expect(await entry()).toMatchObject({ status: 'quarantined' });
    expect(await itemsOf(stage.world.tables.resources)).toEqual([]);
  });

  test('R02: of a larger batch only the first message runs, because each runs alone', async () => {
    await submit(patient({ id: 'first' }));
    await submit(patient({ id: 'second' }), { messageId: 'm-2' });
    const delivery = await deliver(stage.functions.validate, stage.world.queues.isolation);
    expect(delivery?.failed).toHaveLength(1);
    expect(await itemsOf(stage.world.tables.resources)).toHaveLength(1);
  });
});
