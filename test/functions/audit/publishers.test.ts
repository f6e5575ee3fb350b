/** Facts sent by anyone with `sqs:SendMessage`, and what happens to them. */
import { createHash } from 'node:crypto';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { publishFacts } from '../../../aws/audit-queue.ts';
import { AUDIT_CHAIN, type AuditFact } from '../../../core/audit/audit-fact.ts';
import { ENV } from '../../../telemetry/env-names.ts';
import { entriesOf, factOf, loadAudit, verify } from '../../support/audit.ts';
import { testClients } from '../../support/clients.ts';
import { testHashKey } from '../../support/cold.ts';
import { deliver } from '../../support/delivery.ts';
import type { Doomed } from '../../support/die-at-every-step.ts';
import { queueAt } from '../../support/handles.ts';
import { watchMetrics } from '../../support/metrics.ts';
import { useEmulators } from '../../support/use-emulators.ts';
import { buildWorld, type World } from '../../support/world.ts';

const INCIDENT = 'AROAINCIDENT0000001';
const DELIVER = 'AROADELIVER00000001';
const RESEND = 'AROARESEND000000001';
const STRANGER = 'AROASTRANGER0000001:fhir-failsafe-dev-incident';
const TELLERS = {
  senderIds: 'verify',
  known: [
    { id: INCIDENT, as: 'incident', kinds: ['incident-opened', 'incident-resolved'] },
    { id: DELIVER, as: 'deliver', kinds: ['breaker-transition'] },
    { id: RESEND, as: 'resend', kinds: ['breaker-transition', 'breaker-forced'] },
    { id: 'AIDAOPERATOR0000001', as: 'operator', kinds: ['redrive'] },
  ],
};

useEmulators();
let world: World;
let audit: Doomed;

beforeEach(async () => {
  world = await buildWorld();
  process.env[ENV.publishers] = JSON.stringify(TELLERS);
  audit = await loadAudit();
});

let sent = 0;

async function tellAs(principal: string, fact: AuditFact | string, id?: string): Promise<void> {
  sent += 1;
  const sqs = new SQSClient({
    credentials: { accessKeyId: principal, secretAccessKey: 'test' },
    useQueueUrlAsEndpoint: false,
  });
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: world.queues.audit.url,
      MessageBody: typeof fact === 'string' ? fact : JSON.stringify(fact),
      MessageGroupId: AUDIT_CHAIN,
      MessageDeduplicationId: id ?? `${sent}`,
    }),
  );
  sqs.destroy();
}

async function written() {
  for (;;) {
    const delivered = await deliver(audit.handler, world.queues.audit);
    if (delivered === undefined) break;
    expect(delivered.failed).toEqual([]);
  }
  const [configuration, ...entries] = await entriesOf(world);
  expect(configuration).toMatchObject({ kind: 'configuration', toldAs: 'audit' });
  expect(await verify(world)).not.toHaveProperty('problem');
  return entries;
}

const resolved = (fields: Partial<AuditFact> = {}) =>
  factOf('incident validate#1 of 5: resolved', {
    kind: 'incident-resolved',
    component: 'incident',
    actor: 'ana',
    ...fields,
  });
const opened = (kind: AuditFact['kind'] = 'breaker-transition') =>
  factOf('breaker#fhir-server#4#7', { kind, component: 'breaker', actor: undefined });

describe('R40: a forged fact', () => {
  test.each([
    ['a stranger', STRANGER, undefined],
    ['another role', `${DELIVER}:fhir-failsafe-dev-deliver`, 'deliver'],
    ['an operator', 'AIDAOPERATOR0000001', 'operator'],
    ['the account', '111122223333', undefined],
  ])('from %s is refused by name, and the true one is written', async (_, principal, toldAs) => {
    await tellAs(principal, resolved({ actor: 'mallory' }));
    await tellAs(`${INCIDENT}:fhir-failsafe-dev-incident`, resolved());
    const [forged, truth, ...more] = await written();
    expect(more).toEqual([]);
    expect(forged).toMatchObject({
      kind: 'refused',
      teller: principal === '111122223333' ? '000000000000' : principal.split(':', 1)[0],
      details: { claimed: 'incident-resolved' },
    });
    expect(forged?.toldAs).toBe(toldAs);
    expect(forged).not.toHaveProperty('actor');
    expect(truth).toMatchObject({
      kind: 'incident-resolved',
      actor: 'ana',
      teller: INCIDENT,
      toldAs: 'incident',
    });
  });

  test('that claims to be a deployment is refused, whoever publishes it', async () => {
    await tellAs(`${INCIDENT}:x`, factOf('configuration/evil/after/0', { kind: 'configuration' }));
    expect(await written()).toMatchObject([{ kind: 'refused', toldAs: 'incident' }]);
  });

  test('with the id of a fact of another kind leaves that fact alone', async () => {
    const { id } = resolved();
    await tellAs('AIDAOPERATOR0000001', factOf(id, { kind: 'redrive' }));
    await tellAs(`${INCIDENT}:x`, resolved());
    expect((await written()).map(({ kind }) => kind)).toEqual(['redrive', 'incident-resolved']);
  });

  test('that SQS would deduplicate against the true one cannot be made, because its deduplication id is secret', async () => {
    const { id } = resolved();
    for (const guess of [id, `incident-resolved\n${id}`, JSON.stringify(resolved())]) {
      await tellAs(STRANGER, 'x', createHash('sha256').update(guess).digest('hex'));
    }
    await publishFacts(queueAt(world.queues.audit), [resolved()]);
    process.env[ENV.publishers] = JSON.stringify({
      ...TELLERS,
      known: [{ id: '000000000000', as: 'incident', kinds: ['incident-resolved'] }],
    });
    audit = await loadAudit();
    expect((await written()).map(({ kind }) => kind)).toEqual(['refused', 'incident-resolved']);
  });
});

test('R40: a flood of an unknown sender is one entry, and each message is counted', async () => {
  const metrics = watchMetrics();
  audit = await loadAudit();
  for (let n = 0; n < 25; n += 1) await tellAs(STRANGER, `flood ${n}`);
  await tellAs(`${INCIDENT}:x`, resolved());
  const entries = await written();
  const refused = entries.filter(({ kind }) => kind === 'refused');
  // The minute may change while it is sent.
  expect(refused.length).toBeLessThanOrEqual(2);
  expect(entries.at(-1)).toMatchObject({ kind: 'incident-resolved' });
  expect(metrics.sum('SenderRefused')).toBe(25);
});

test('R40: a repeated fact names its first publisher; resend repeats transitions', async () => {
  await tellAs(`${DELIVER}:x`, opened());
  await tellAs(`${RESEND}:x`, opened());
  await tellAs(`${DELIVER}:x`, opened('breaker-forced'));
  await tellAs(`${RESEND}:x`, opened('breaker-forced'));
  await tellAs(`${RESEND}:x`, resolved());
  expect(await written()).toMatchObject([
    { kind: 'breaker-transition', toldAs: 'deliver' },
    { kind: 'refused', toldAs: 'deliver', details: { claimed: 'breaker-forced' } },
    { kind: 'breaker-forced', toldAs: 'resend' },
    { kind: 'refused', toldAs: 'resend', details: { claimed: 'incident-resolved' } },
  ]);
});

test('R40: without a list of publishers the function does not load', async () => {
  for (const wrong of [undefined, '', '{}', '{"senderIds":"trust","known":[]}']) {
    if (wrong === undefined) delete process.env[ENV.publishers];
    else process.env[ENV.publishers] = wrong;
    await expect(loadAudit()).rejects.toThrow(ENV.publishers);
  }
});

test('R40: a fact that was written before publishers were recorded is recognised', async () => {
  const { id } = resolved();
  const fact = (await testHashKey().hash())(id);
  const Item = { pk: 'main#facts', sk: fact, sequence: 1 };
  await testClients().dynamo.send(new PutCommand({ TableName: world.tables.audit, Item }));
  await tellAs(`${INCIDENT}:x`, resolved());
  await deliver(audit.handler, world.queues.audit);
  expect((await entriesOf(world)).map(({ kind }) => kind)).toEqual(['configuration']);
});
