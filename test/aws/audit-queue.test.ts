import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { publishFacts } from '../../aws/audit-queue.ts';
import { type AuditFact, auditFactSchema } from '../../core/audit/audit-fact.ts';
import { BATCH_ENTRIES_MAX } from '../../core/message/send-batches.ts';
import { testClients } from '../support/clients.ts';
import { receive, remove } from '../support/delivery.ts';
import { queueAt } from '../support/handles.ts';
import { useEmulators } from '../support/use-emulators.ts';
import { buildWorld, type World } from '../support/world.ts';

useEmulators();
let world: World;

beforeAll(async () => {
  world = await buildWorld();
});
afterEach(() => vi.restoreAllMocks());

const factsOf = (name: string, count: number): AuditFact[] =>
  Array.from({ length: count }, (_, n) => {
    return { id: `${name}#${n}`, kind: 'redrive', at: n, component: 'test', details: {} };
  });

/** SQS refuses the first entry of each request, `times` times. */
function refuseFirst(times: number) {
  const { sqs } = testClients();
  const send = sqs.send.bind(sqs) as (command: object) => Promise<object>;
  let refused = 0;
  vi.spyOn(sqs, 'send').mockImplementation(async (command: object) => {
    if (!(command instanceof SendMessageBatchCommand) || refused === times) return send(command);
    refused += 1;
    const [first, ...others] = command.input.Entries ?? [];
    const Failed = [{ Id: first?.Id, Code: 'InternalError', SenderFault: false }];
    if (others.length === 0) return { Failed };
    const answer = await send(new SendMessageBatchCommand({ ...command.input, Entries: others }));
    return { ...answer, Failed };
  });
}

const publish = (facts: readonly AuditFact[]) =>
  publishFacts({ ...queueAt(world.queues.audit), secret: 's' }, facts);

async function published(): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const records = await receive(world.queues.audit);
    if (records.length === 0) return ids.sort();
    ids.push(...records.map(({ body }) => auditFactSchema.parse(JSON.parse(body)).id));
    await remove(world.queues.audit, records);
  }
}

test('R40: facts that SQS refuses one by one are sent again', async () => {
  const facts = factsOf('some', BATCH_ENTRIES_MAX + 1);
  refuseFirst(2);
  await publish(facts);
  expect(await published()).toEqual(facts.map(({ id }) => id).sort());
});

test('R40: a fact that SQS refuses three times is an error, which says why', async () => {
  refuseFirst(3);
  await expect(publish(factsOf('refused', 1))).rejects.toThrow('InternalError');
});
