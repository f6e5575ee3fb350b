/**
 * A delivery runs under a lease on its item, so that of two versions the older is never sent after the
 * newer: a newer one that is stored meanwhile keeps the lease, and waits for it.
 *
 * A write that ends in an error may stand: the answer to an earlier try of the SDK may be lost. So the item
 * is read back, and the item decides. A process that finds its lease gone has ended it, or lost it. It must
 * not write again; the item says what is left to do.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Failures } from '../core/delivery/delivery-meaning.ts';
import { lateUntilAfter } from '../core/delivery/late-put.ts';
import { setAll } from './conditional-write.ts';
import { type Conflicts, itemSchema, PENDING, type PendingResource } from './deliveries.ts';
import type { Table } from './handles.ts';

const FREE = '(attribute_not_exists(deliveryLease) OR deliveryLease.#until <= :now)';
const OURS = 'deliveryLease.#owner = :owner';
const MARK = ['deliveryShard', 'deliveryDueAt'];

export interface Lease {
  readonly owner: string;
  readonly until: number;
}

export type Taken =
  | { readonly kind: 'taken'; readonly resource: PendingResource }
  | { readonly kind: 'nothing pending' }
  | { readonly kind: 'leased'; readonly until: number };

/** Takes the lease on a pending delivery. `lateMs` is how late a PUT may still take effect. */
export async function leaseDelivery(
  table: Table,
  pk: string,
  lease: Lease,
  { now, lateMs }: { readonly now: number; readonly lateMs: number },
): Promise<Taken> {
  const update = new UpdateCommand({
    TableName: table.name,
    Key: { pk },
    UpdateExpression: 'SET deliveryLease = :lease',
    ConditionExpression: `${PENDING} AND ${FREE}`,
    ExpressionAttributeNames: { '#until': 'until' },
    ExpressionAttributeValues: { ':lease': lease, ':now': now },
    ReturnValues: 'ALL_OLD',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  const wrote = await write(table, update);
  if (wrote.kind === 'written') {
    return { kind: 'taken', resource: afterFormer(itemSchema.parse(wrote.old), lateMs) };
  }
  const item = await itemAfter(table, pk, wrote);
  if (item?.deliveryLease?.owner === lease.owner) {
    // The former holder is no longer visible. Our own lease stands for it, and ends later.
    return { kind: 'taken', resource: afterFormer(item, lateMs) };
  }
  if (wrote.kind === 'failed') throw wrote.fault;
  if (item?.deliveryShard === undefined) return { kind: 'nothing pending' };
  return { kind: 'leased', until: item.deliveryLease?.until ?? now };
}

/**
 * A lease that was never released: its owner died, perhaps with a PUT under way. Unless it had to read, that may have
 * changed what was read before.
 */
function afterFormer(resource: PendingResource, lateMs: number): PendingResource {
  const { deliveryLease: former, deliveredVersion: version, deliveryLateUntil } = resource;
  if (former === undefined) return resource;
  const { deliveryConflicts: conflicts } = resource;
  const seen = { version, lateUntil: deliveryLateUntil };
  return {
    ...resource,
    deliveryLateUntil: lateUntilAfter(seen, former.until, lateMs),
    deliveryConflicts: conflicts?.isUnread === true ? conflicts : undefined,
  };
}

/**
 * The server has stored it, and nothing older can take effect. False if something is still pending.
 */
export function finishDelivery(
  table: Table,
  resource: PendingResource,
  { owner, version, now }: { owner: string; version: string | undefined; now: number },
): Promise<boolean> {
  const { submissionOrder } = resource;
  const set = { deliveredAt: now, deliveredOrder: submissionOrder, deliveredVersion: version };
  const remove = [
    ...MARK,
    'deliveryFailures',
    'deliveryUnconfirmed',
    'deliveryRedriven',
    'deliveryLateUntil',
    'deliveryConflicts',
    ...(version === undefined ? ['deliveredVersion'] : []),
  ];
  const keepPending = () => answeredDelivery(table, resource, owner, version);
  return endAtOrder(table, resource, owner, { set, remove, keepPending });
}

/** The server accepted a PUT of it, but it stays pending. */
export function answeredDelivery(
  table: Table,
  resource: PendingResource,
  owner: string,
  version: string | undefined,
): Promise<void> {
  return endLease(table, resource, owner, {
    set: { deliveredOrder: resource.submissionOrder, deliveredVersion: version },
    remove: ['deliveryConflicts', ...(version === undefined ? ['deliveredVersion'] : [])],
  });
}

/** The server holds another version than the one named. It must be read. */
export function conflictedDelivery(
  table: Table,
  resource: PendingResource,
  owner: string,
  conflicts: Conflicts,
): Promise<void> {
  return endLease(table, resource, owner, {
    set: { deliveryConflicts: conflicts, deliveryUnconfirmed: true },
    remove: ['deliveryFailures'],
  });
}

/** The server's version was read, and it is not what we sent. The next PUT names it. */
export function readDelivery(
  table: Table,
  resource: PendingResource,
  owner: string,
  { version, conflicts }: { version: string | undefined; conflicts: Conflicts | undefined },
): Promise<void> {
  return endLease(table, resource, owner, {
    set: { deliveredVersion: version, deliveryConflicts: conflicts },
    remove: [
      'deliveredOrder',
      ...(version === undefined ? ['deliveredVersion'] : []),
      ...(conflicts === undefined ? ['deliveryConflicts'] : []),
    ],
  });
}

/** Releases the lease, after a call that failed or without one. */
export async function releaseDelivery(
  table: Table,
  resource: PendingResource,
  owner: string,
  failed?: { readonly failures: Failures; readonly conflicts?: Conflicts | undefined },
): Promise<void> {
  const { deliveryConflicts: known, deliveryLateUntil } = resource;
  if (failed === undefined) {
    const remove = known === undefined ? ['deliveryConflicts'] : [];
    return endLease(table, resource, owner, { set: {}, remove });
  }
  const { failures, conflicts = known } = failed;
  const ofServer = { deliveryLateUntil, deliveryUnconfirmed: true };
  const set = { ...ofServer, deliveryFailures: failures, deliveryConflicts: conflicts };
  await endAtOrder(table, resource, owner, {
    set,
    remove: conflicts === undefined ? ['deliveryConflicts'] : [],
    // A newer submission has not failed.
    keepPending: () =>
      endLease(table, resource, owner, { set: ofServer, remove: ['deliveryConflicts'] }),
  });
}

/** The failure is the resource's own. False if something is still pending. */
export function refuseDelivery(
  table: Table,
  resource: PendingResource,
  owner: string,
  reason: string,
): Promise<boolean> {
  return endAtOrder(table, resource, owner, {
    set: { deliveryRefused: reason, deliveryLateUntil: resource.deliveryLateUntil },
    remove: [...MARK, 'deliveryFailures', 'deliveryRedriven', 'deliveryConflicts'],
    keepPending: () => releaseDelivery(table, resource, owner),
  });
}

interface LeaseEnd {
  readonly set: Readonly<Record<string, unknown>>;
  readonly remove: readonly string[];
}

/** Ends the lease and keeps what is pending. All of these keep what is known of late PUTs. */
async function endLease(
  table: Table,
  resource: PendingResource,
  owner: string,
  { set, remove }: LeaseEnd,
): Promise<void> {
  const { pk, deliveryLateUntil } = resource;
  const update = updateOf(table, pk, { set: { deliveryLateUntil, ...set }, remove });
  const wrote = await write(table, update(owner, OURS, {}));
  if (wrote.kind !== 'failed') return;
  const item = await read(table, pk);
  if (item?.deliveryLease?.owner === owner) throw wrote.fault;
}

/**
 * Ends the lease and the delivery, if the pending submission is still the same. Otherwise keeps the newer
 * one pending and returns false; also if the lease was lost.
 */
async function endAtOrder(
  table: Table,
  { pk, submissionOrder }: PendingResource,
  owner: string,
  end: LeaseEnd & { readonly keepPending: () => Promise<void> },
): Promise<boolean> {
  const condition = `${OURS} AND submissionOrder = :ended`;
  const update = updateOf(table, pk, end)(owner, condition, { ':ended': submissionOrder });
  const wrote = await write(table, update);
  if (wrote.kind === 'written') return true;
  const item = await itemAfter(table, pk, wrote);
  if (item?.deliveryLease?.owner !== owner) return item?.deliveryShard === undefined;
  if (wrote.kind === 'failed' && item.submissionOrder === submissionOrder) throw wrote.fault;
  await end.keepPending();
  return false;
}

function updateOf(table: Table, pk: string, { set, remove }: LeaseEnd) {
  const { expression, names, values } = setAll(set);
  const sets = Object.keys(names).length > 0 ? `${expression} ` : '';
  return (owner: string, condition: string, more: Readonly<Record<string, string>>) =>
    new UpdateCommand({
      TableName: table.name,
      Key: { pk },
      UpdateExpression: `${sets}REMOVE ${[...remove, 'deliveryLease'].join(', ')}`,
      ConditionExpression: condition,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      ExpressionAttributeNames: { ...names, '#owner': 'owner' },
      ExpressionAttributeValues: { ...values, ...more, ':owner': owner },
    });
}

type Wrote =
  | { readonly kind: 'written'; readonly old: unknown }
  | { readonly kind: 'refused'; readonly item: PendingResource | undefined }
  | { readonly kind: 'failed'; readonly fault: unknown };

async function write({ dynamo }: Table, update: UpdateCommand): Promise<Wrote> {
  try {
    const { Attributes: old } = await dynamo.send(update);
    return { kind: 'written', old };
  } catch (fault) {
    if (fault instanceof ConditionalCheckFailedException) {
      return { kind: 'refused', item: fault.Item && itemSchema.parse(unmarshall(fault.Item)) };
    }
    return { kind: 'failed', fault };
  }
}

/** The item that a write was refused for; read, if the refusal does not have it, as of emulators. */
async function itemAfter(
  table: Table,
  pk: string,
  wrote: Exclude<Wrote, { kind: 'written' }>,
): Promise<PendingResource | undefined> {
  return (wrote.kind === 'refused' ? wrote.item : undefined) ?? (await read(table, pk));
}

async function read(table: Table, pk: string): Promise<PendingResource | undefined> {
  const { Item } = await table.dynamo.send(
    new GetCommand({ TableName: table.name, Key: { pk }, ConsistentRead: true }),
  );
  return Item === undefined ? undefined : itemSchema.parse(Item);
}
