import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { auditFactSchema } from '../../../core/audit-fact.ts';
import { ENV } from '../../../functions/aws/env-names.ts';
import { testClients } from '../../support/clients.ts';
import { skipTime } from '../../support/clock.ts';
import { receive } from '../../support/delivery.ts';
import { useDeliveryStage } from '../../support/delivery-stage.ts';
import { itemsOf } from '../../support/stores.ts';
import type { Queue } from '../../support/world.ts';

const stage = useDeliveryStage();
let audit: Queue;
let supervisor: Queue;
beforeEach(async () => {
  audit = await create('audit.fifo', { FifoQueue: 'true' });
  supervisor = await create('supervisor-news');
});
afterEach(() => {
  delete process.env[ENV.auditQueueUrl];
  delete process.env[ENV.supervisorQueueUrl];
});

async function create(name: string, Attributes: Record<string, string> = {}): Promise<Queue> {
  const QueueName = `${stage.world.stage}-${name}`;
  const { sqs } = testClients();
  const { QueueUrl: url = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  return { name: QueueName, url, arn: '' };
}

/** The server fails until the breaker opens. */
async function open(auditQueueUrl = audit.url): Promise<void> {
  process.env[ENV.auditQueueUrl] = auditQueueUrl;
  process.env[ENV.supervisorQueueUrl] = supervisor.url;
  await stage.reload();
  stage.downstream.setMode('fail');
  for (let n = 0; n < 6; n += 1) await stage.store(`p${n}`, 1);
  await stage.turn();
  expect(await itemsOf(stage.world.tables.breakers)).toMatchObject([{ phase: 'open' }]);
}

const facts = async () =>
  (await receive(audit)).map(({ body }) => auditFactSchema.parse(JSON.parse(body)));
const news = async () => (await receive(supervisor)).map(({ body }) => JSON.parse(body));

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

  test('is told anew where who was to tell could not, and is one fact all the same', async () => {
    await open('http://127.0.0.1:1/000000000000/nowhere.fifo');
    expect(await facts()).toEqual([]);
    process.env[ENV.auditQueueUrl] = audit.url;
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
