/** A lease that the table refuses, with the item in the refusal, or without it as on some emulators. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from 'vitest';
import type { PendingResource } from '../../aws/deliveries.ts';
import { finishDelivery, leaseDelivery, releaseDelivery } from '../../aws/delivery-lease.ts';

const NOW = 1_000_000;
const LEASE = { owner: 'we', until: NOW + 20_000 };
const AT = { now: NOW, lateMs: 120_000 };
const resource: PendingResource = {
  pk: 'clinic#Patient#a',
  submissionOrder: '1',
  messageId: 'm',
  source: 'clinic',
  sentAt: 1,
  lane: 'background',
  resourceType: 'Patient',
  body: '{}',
  deliveryShard: '0',
};
const leasedBy = (owner: string) => ({
  ...resource,
  deliveryLease: { owner, until: NOW + 5_000 },
});

/** A table that refuses every update, and how often its item was read. */
function refusing(item: PendingResource, { saysItem }: { readonly saysItem: boolean }) {
  let reads = 0;
  const send = async (command: object) => {
    if (command instanceof GetCommand) {
      reads += 1;
      return { Item: item };
    }
    const Item = saysItem ? marshall(item, { removeUndefinedValues: true }) : undefined;
    throw new ConditionalCheckFailedException({ message: 'refused', $metadata: {}, Item });
  };
  const dynamo = { send } as unknown as DynamoDBDocumentClient;
  return { table: { name: 'resources', dynamo }, reads: () => reads };
}

describe.each([
  ['with the item', true, 0],
  ['without it', false, 1],
])('R05: a lease that is refused %s', (_, saysItem, reads) => {
  test.each([
    ['is leased to another', leasedBy('they'), { kind: 'leased', until: NOW + 5_000 }],
    ['is ours, by an earlier try', leasedBy('we'), { kind: 'taken' }],
    [
      'is of nothing pending',
      { ...resource, deliveryShard: undefined },
      { kind: 'nothing pending' },
    ],
  ])('%s', async (__, item, expected) => {
    const refused = refusing(item, { saysItem });
    const taken = await leaseDelivery(refused.table, resource.pk, LEASE, AT);
    expect(taken).toMatchObject(expected);
    expect(refused.reads()).toBe(reads);
  });

  test('is ended, if the item has neither it nor anything pending', async () => {
    const { deliveryShard: _shard, ...ended } = resource;
    const refused = refusing(ended, { saysItem });
    const end = { owner: LEASE.owner, version: 'W/"1"', now: NOW };
    expect(await finishDelivery(refused.table, resource, end)).toBe(true);
    expect(refused.reads()).toBe(reads);
  });
});

/** A table whose updates fail as told, one after the other, without a word whether they stand. */
function failing(item: PendingResource, faults: readonly (Error | undefined)[]) {
  const sent: object[] = [];
  const send = async (command: object) => {
    if (command instanceof GetCommand) return { Item: item };
    const fault = faults[sent.length];
    sent.push(command);
    if (fault !== undefined) throw fault;
    return {};
  };
  const dynamo = { send } as unknown as DynamoDBDocumentClient;
  return { table: { name: 'resources', dynamo }, sent };
}
const fault = new Error('throttled');

test('R09: a lease that could not be asked for is a fault of ours, if the item does not show it', async () => {
  const { table } = failing(leasedBy('they'), [fault]);
  await expect(leaseDelivery(table, resource.pk, LEASE, AT)).rejects.toBe(fault);
});

test('R09: a release that failed is a fault of ours, unless the item shows that the lease is gone', async () => {
  const held = failing(leasedBy('we'), [fault]);
  await expect(releaseDelivery(held.table, resource, LEASE.owner)).rejects.toBe(fault);
  const gone = failing(leasedBy('they'), [fault]);
  await releaseDelivery(gone.table, resource, LEASE.owner);
  expect(gone.sent).toHaveLength(1);
});

describe('R05: an end that could not be written', () => {
  const end = { owner: LEASE.owner, version: 'W/"1"', now: NOW };

  test('is a fault of ours while the item still holds the same submission', async () => {
    const { table } = failing(leasedBy('we'), [fault]);
    await expect(finishDelivery(table, resource, end)).rejects.toBe(fault);
  });

  test('keeps a newer submission pending, and ends the lease', async () => {
    const { table, sent } = failing({ ...leasedBy('we'), submissionOrder: '2' }, [fault]);
    expect(await finishDelivery(table, resource, end)).toBe(false);
    expect(sent).toHaveLength(2);
  });
});
