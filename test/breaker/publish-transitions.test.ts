import { describe, expect, test } from 'vitest';
import { auditFactSchema } from '../../core/audit/audit-fact.ts';
import { ENV } from '../../telemetry/env-names.ts';
import { skipTime } from '../support/clock.ts';
import { receive } from '../support/delivery.ts';
import { useDeliveryStage } from '../support/delivery-stage.ts';
import { itemsOf } from '../support/stores.ts';

const stage = useDeliveryStage();
/** The server fails until the breaker opens. */
async function open(): Promise<void> {
  stage.downstream.setMode('fail');
  for (let n = 0; n < 6; n += 1) await stage.store(`p${n}`, 1);
  await stage.turn();
  expect(await itemsOf(stage.world.tables.breakers)).toMatchObject([{ phase: 'open' }]);
}

const facts = async () =>
  (await receive(stage.world.queues.audit)).map(({ body }) =>
    auditFactSchema.parse(JSON.parse(body)),
  );
const news = async () =>
  (await receive(stage.world.queues.supervisor)).map(({ body }) => JSON.parse(body));

describe('R60: a transition', () => {
  test('reaches the audit and the supervisor before its invocation ends', async () => {
    await open();
    const [opened] = await facts();
    expect(opened).toMatchObject({
      kind: 'breaker-transition',
      reason: '5 consecutive failures',
      details: { service: 'fhir-server', from: 'closed', to: 'open', generation: 1 },
    });
    const { openUntil, ...breaker } = (await news())[0].breaker;
    expect(breaker).toEqual({
      service: 'fhir-server',
      from: 'closed',
      to: 'open',
      at: opened?.at,
    });
    expect(openUntil - breaker.at).toBe(30_000);
  });

  test('is published again if the queue did not accept it, and is still one fact', async () => {
    process.env[ENV.auditQueueUrl] = stage.world.queues.audit.url.replace('audit', 'nowhere');
    await stage.reload();
    await open();
    expect(await facts()).toEqual([]);
    process.env[ENV.auditQueueUrl] = stage.world.queues.audit.url;
    await stage.reload();
    for (let minute = 0; minute < 5; minute += 1) {
      await stage.lane.resend();
      skipTime(60_000);
    }
    const told = await facts();
    expect(told.map(({ id }) => id)).toEqual([
      expect.stringMatching(/^breaker#fhir-server#1#\d+$/),
    ]);
  });

  test('R08: says nothing of what was delivered', async () => {
    await open();
    const said = JSON.stringify([await facts(), await news()]);
    expect(said).not.toMatch(/p\d|m-p|Patient|language/);
  });
});
