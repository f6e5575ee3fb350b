import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { eraseRow, type ResourceRow } from '../../../aws/erased-resources.ts';
import { testClients } from '../../support/clients.ts';
import { skipTime } from '../../support/clock.ts';
import { dieAfterCall } from '../../support/death.ts';
import { send } from '../../support/delivery.ts';
import { textOf, useDeliveryStage } from '../../support/delivery-stage.ts';
import { tableAt } from '../../support/handles.ts';
import { type HttpServer, startHttpServer } from '../../support/http-server.ts';
import { type Metrics, watchMetrics } from '../../support/metrics.ts';
import { byTest, loadOperator, stageOf } from '../../support/operator.ts';
import { depthOf, itemsOf } from '../../support/stores.ts';

const stage = useDeliveryStage();

describe('R07: a resource that the server refuses', () => {
  let picky: HttpServer;
  let status = 422;
  let outcome: object | undefined;
  let retryAfter: string | undefined;
  let calls = 0;
  let metrics: Metrics;
  beforeEach(async () => {
    metrics = watchMetrics();
    calls = 0;
    outcome = { issue: [] };
    retryAfter = undefined;
    picky = await startHttpServer((request, response) => {
      calls += 1;
      const ok = request.url?.endsWith('/good');
      const said = outcome && JSON.stringify({ resourceType: 'OperationOutcome', ...outcome });
      const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
      response.writeHead(ok ? 201 : status, headers).end(ok ? '' : said);
    });
    await stage.build({}, `${picky.base}/fhir/`);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    picky.stop();
  });

  test('goes to quarantine at once, with its OperationOutcome', async () => {
    status = 422;
    await stage.store('bad', 1);
    await stage.turn();
    expect(calls).toBe(1);
    expect(await itemsOf(stage.world.tables.quarantine)).toMatchObject([
      {
        pk: 'delivery#m-bad-1',
        kind: 'undelivered',
        status: 'quarantined',
        reason: 'the FHIR server answered 422',
        outcome: '{"resourceType":"OperationOutcome","issue":[]}',
        body: textOf('bad', 1),
      },
    ]);
    expect(await stage.resource()).toMatchObject({ deliveryRefused: 'answered 422' });
    expect(await depthOf(stage.world.queues.delivery)).toBe(0);
    // An operator redrives it when the server accepts it.
    status = 201;
    const operator = await loadOperator();
    const redriven = await operator.redrive(
      stageOf(stage.world),
      { kind: 'ids', ids: ['delivery#m-bad-1'] },
      byTest(),
    );
    expect(redriven).toEqual({ sent: 1 });
    await stage.turn();
    expect(calls).toBe(2);
    expect(metrics.sum('Redriven')).toBe(1);
    const delivered = await stage.resource();
    expect(delivered['deliveredOrder']).toBe(delivered['submissionOrder']);
    expect(await itemsOf(stage.world.tables.quarantine)).toMatchObject([
      { pk: 'delivery#m-bad-1', status: 'delivered', redrives: 1 },
    ]);
    expect(delivered['deliveryRedriven']).toBeUndefined();
    // Its latency is measured from then.
    expect(delivered['redrivenAt']).toBeGreaterThan(0);
    // A newer version of it is still sent.
    await stage.store('bad', 2);
    await stage.turn();
    expect(calls).toBe(3);
  });

  const redrive = async () => {
    const operator = await loadOperator();
    return operator.redrive(stageOf(stage.world), { kind: 'all' }, byTest());
  };
  const statuses = async () =>
    Object.fromEntries(
      (await itemsOf(stage.world.tables.quarantine)).map(({ pk, status: its }) => [pk, its]),
    );

  test('is quarantined again if it is refused again after a redrive', async () => {
    status = 422;
    await stage.store('bad', 1);
    await stage.turn();
    expect(await redrive()).toEqual({ sent: 1 });
    await stage.turn();
    expect(await statuses()).toEqual({ 'delivery#m-bad-1': 'quarantined' });
    expect(await stage.resource()).not.toHaveProperty('deliveryRedriven');
  });

  test.each([
    { answer: 201, ended: 'delivered' },
    { answer: 422, ended: 'quarantined' },
  ])(
    'R04: if the operator’s process dies once it is pending, it is $ended after the answer $answer',
    async ({ answer, ended }) => {
      status = 422;
      await stage.store('bad', 1);
      await stage.turn();
      const [before] = await itemsOf(stage.world.tables.quarantine);
      const doomed = await loadOperator();
      // List, read, check whether stored, announce, make pending.
      const death = dieAfterCall(5, doomed);
      void doomed.redrive(stageOf(stage.world), { kind: 'all' }, byTest());
      await death.happened;
      expect((await stage.resource())['deliveryDueAt']).toBeLessThan(Date.now() + 120_000);
      status = answer;
      // As `resend` does when it is due.
      const { pk } = await stage.resource();
      await send(stage.world.queues.delivery, JSON.stringify({ pk }));
      skipTime(1);
      await stage.turn();
      const [entry] = await itemsOf(stage.world.tables.quarantine);
      expect(entry).toMatchObject({ status: ended });
      expect(entry?.['quarantinedAt'] === before?.['quarantinedAt']).toBe(ended === 'delivered');
      if (ended === 'quarantined') expect(await redrive()).toEqual({ sent: 1 });
    },
  );

  test('R05: is not sent again if a newer submission replaced it, and so has ended', async () => {
    status = 422;
    await stage.store('bad', 1);
    await stage.turn();
    await stage.store('bad', 2);
    expect(await redrive()).toEqual({ sent: 1 });
    expect(await statuses()).toEqual({ 'delivery#m-bad-1': 'delivered' });
    expect(await depthOf(stage.world.queues.delivery)).toBe(1);
    status = 201;
    await stage.turn();
    expect(calls).toBe(2);
  });

  test('R18: is not sent again once its row was erased, where it could wait for ever', async () => {
    status = 422;
    await stage.store('bad', 1);
    await stage.turn();
    const [row] = await itemsOf(stage.world.tables.resources);
    const table = tableAt(stage.world.tables.resources);
    const { isErased } = await eraseRow(table, row as unknown as ResourceRow, 1, Date.now());
    expect(isErased).toBe(true);
    // Its lease went on, and the server's word came after that.
    await testClients().dynamo.send(
      new UpdateCommand({
        TableName: table.name,
        Key: { pk: row?.['pk'] },
        UpdateExpression: 'SET deliveryRefused = :why',
        ExpressionAttributeValues: { ':why': 'answered 422' },
      }),
    );
    await expect(redrive()).rejects.toThrow('its patient was erased');
    expect(await stage.resource()).not.toHaveProperty('deliveryShard');
    expect(await itemsOf(stage.world.tables.quarantine)).toMatchObject([{ status: 'quarantined' }]);
  });

  test('R05: ends with the newer submission that comes while it waits', async () => {
    status = 422;
    await stage.store('bad', 1);
    await stage.turn();
    await redrive();
    await stage.store('bad', 2);
    await stage.turn();
    await stage.turn();
    expect(await statuses()).toEqual({
      'delivery#m-bad-1': 'delivered',
      'delivery#m-bad-2': 'quarantined',
    });
  });

  /** A bad resource is sent eight times, with a good one after each. */
  const amongOthers = async () => {
    await stage.store('bad', 1);
    for (let n = 0; n < 8; n += 1) {
      await stage.store('good', n + 1);
      await stage.turn();
      skipTime(600_000);
    }
    expect(await itemsOf(stage.world.tables.breakers)).toMatchObject([{ phase: 'closed' }]);
    return itemsOf(stage.world.tables.quarantine);
  };

  test('R18: is quarantined after three 500s that point into it, while others are served', async () => {
    status = 500;
    outcome = { issue: [{ severity: 'error', expression: ['Patient.language'] }] };
    expect(await amongOthers()).toMatchObject([
      {
        kind: 'undelivered',
        reason: 'the FHIR server answered 500',
        outcome: expect.stringContaining('Patient.language'),
      },
    ]);
    expect(metrics.sum('DeliveryFailures')).toBe(3);
  });

  test.each([
    [500, {}],
    [500, { issue: [{ severity: 'error', diagnostics: 'NullPointerException' }] }],
    [502, { issue: [{ severity: 'error', expression: ['Patient.language'] }] }],
    [429, {}],
    [404, undefined],
    [400, undefined],
  ])(
    'R18: waits if %d with %j is the server’s fault, however often it comes',
    async (its, said) => {
      status = its;
      outcome = said;
      const started = Date.now();
      expect(await amongOthers()).toEqual([]);
      const items = await itemsOf(stage.world.tables.resources);
      expect(items.find(({ resourceId }) => resourceId === 'bad')).toMatchObject({
        deliveryShard: expect.any(String),
        deliveryFailures: { own: 0 },
      });
      // The alarm on a delivery that fails reads it.
      const seconds = metrics.max('DeliveryFailingSeconds');
      expect(seconds).toBeGreaterThanOrEqual(600);
      expect(seconds).toBeLessThanOrEqual((Date.now() - started) / 1_000);
    },
  );

  test('R18: another answer does not count as its own, however many of its own came before', async () => {
    status = 500;
    outcome = { issue: [{ severity: 'error', expression: ['Patient.language'] }] };
    await stage.store('bad', 1);
    const again = async () => {
      await stage.turn();
      skipTime(600_000);
    };
    // Nothing else was served meanwhile, so it may be the server.
    for (let n = 0; n < 3; n += 1) await again();
    const failures = async () =>
      (await itemsOf(stage.world.tables.resources)).find(
        ({ resourceId }) => resourceId === 'bad',
      )?.['deliveryFailures'];
    expect(await failures()).toMatchObject({ count: 3, own: 3 });
    status = 503;
    await stage.store('good', 1);
    await again();
    await again();
    expect(await failures()).toMatchObject({ own: 3, status: 503 });
    expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
  });

  test('R18: Retry-After is obeyed', async () => {
    status = 429;
    retryAfter = '300';
    await stage.store('bad', 1);
    await stage.turn();
    skipTime(290_000);
    await stage.turn();
    expect(calls).toBe(1);
    skipTime(320_000);
    await stage.turn();
    expect(calls).toBe(2);
  });

  test('R18: of a Retry-After of centuries a quarter of an hour is obeyed', async () => {
    status = 429;
    retryAfter = '9999999999';
    await stage.store('bad', 1);
    await stage.turn();
    skipTime(890_000);
    await stage.turn();
    expect(calls).toBe(1);
    skipTime(20_000);
    await stage.turn();
    expect(calls).toBe(2);
  });

  test('R18: refused credentials are not blamed on a resource', async () => {
    status = 401;
    for (let n = 0; n < 6; n += 1) await stage.store(`p${n}`, 1);
    for (let n = 0; n < 12; n += 1) {
      await stage.turn();
      skipTime(5_000);
    }
    expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
    expect(await itemsOf(stage.world.tables.breakers)).toMatchObject([
      { phase: expect.not.stringMatching('closed') },
    ]);
  });
});
