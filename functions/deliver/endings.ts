/** The ways in which a delivery with a lease ends. */

import { type PendingResource, referredState } from '../../aws/deliveries.ts';
import { finishDelivery, refuseDelivery, releaseDelivery } from '../../aws/delivery-lease.ts';
import type { Table } from '../../aws/handles.ts';
import { retryAfterTime } from '../../breaker/call-outcome.ts';
import {
  countFailure,
  type Failures,
  isAboutVersion,
  isItsOwn,
  retryTime,
} from '../../core/delivery/delivery-meaning.ts';
import type { Target } from '../../core/delivery/delivery-targets.ts';
import {
  countRefusal,
  isContended,
  isTooEarly,
  type Referred,
} from '../../core/delivery/too-early.ts';
import { idsOf } from '../../core/message/correlation.ts';
import { splitList } from '../../core/message/split-list.ts';
import type { Tally } from '../../telemetry/tally.ts';
import { type Called, versionsOf } from './guarded-call.ts';
import type { DeliverParts } from './parts.ts';
import type { Answer } from './server-requests.ts';
import { quarantineUndelivered, resolveRedriven } from './undelivered.ts';

/** Wait of a trigger where nothing has to end first. */
export const SOON_MS = 2_000;

export type Ending =
  | { readonly kind: 'done' }
  /** Another call is due at once. */
  | { readonly kind: 'next' }
  /** Another call is needed, not before that time. */
  | { readonly kind: 'again'; readonly at: number };

export const DONE: Ending = { kind: 'done' };
export const NEXT: Ending = { kind: 'next' };

/** A delivery in progress, and its lease. */
export interface Leased {
  readonly resource: PendingResource;
  /** Undefined if its source has no target. */
  readonly target: Target | undefined;
  readonly owner: string;
  readonly until: number;
  readonly tally: Tally;
}

/** The server has stored it, as that version. */
export async function delivered(
  { resources, quarantine, telemetry, now }: DeliverParts,
  { resource, owner, tally }: Leased,
  version: string | undefined,
): Promise<Ending> {
  tally.add('Delivered');
  await resolveRedriven(quarantine, resource, tally);
  const end = { owner, version, now: now() };
  const isAll = await finishDelivery(resources, resource, end);
  telemetry.measureSince('DeliveryLatency', resource.redrivenAt ?? resource.sentAt);
  telemetry.logger.debug('delivered', idsOf(resource));
  return isAll ? DONE : { kind: 'again', at: now() };
}

/**
 * A failure of its own goes to quarantine first: a death in between repeats the call, and loses nothing.
 */
export async function refused(
  parts: DeliverParts,
  { resource, owner, until, tally }: Leased,
  { reason, body }: { readonly reason: string; readonly body: string },
): Promise<Ending> {
  const { resources, quarantine, telemetry, now } = parts;
  // Another process may be delivering it by now.
  if (now() >= until) return { kind: 'again', at: now() };
  await quarantineUndelivered(parts, resource, reason, body);
  await resolveRedriven(quarantine, resource, tally);
  const isAll = await refuseDelivery(resources, resource, owner, reason);
  tally.add('Undelivered');
  telemetry.emit('Quarantined', 'verdict', 'undelivered');
  telemetry.logger.warn('undelivered', { ...idsOf(resource), reason });
  return isAll ? DONE : { kind: 'again', at: now() + SOON_MS };
}

/** A call failed. The resource waits, unless the failure counts as its own. */
export async function failed(
  parts: DeliverParts,
  leased: Leased,
  answer: Answer,
  { isOwn }: { readonly isOwn: boolean },
): Promise<Ending> {
  const { breakers, settings } = parts;
  const { resource, target, tally } = leased;
  const { status } = answer;
  const breaker = target && breakers.of(target.service).known;
  const now = parts.now();
  const failures = countFailure(resource.deliveryFailures, { isOwn, status, now });
  tally.add('DeliveryFailures');
  if (isOwn && isItsOwn(failures, breaker, settings.failuresMax)) {
    return refused(parts, leased, answered(answer));
  }
  await keepFailing(parts, leased, { failures, fault: answer.fault, now });
  return { kind: 'again', at: retryTime(failures, retryAfterTime(answer.retryAfter, now), now) };
}

interface Failing {
  readonly failures: Failures;
  readonly fault?: Answer['fault'];
  readonly now: number;
  readonly contended?: boolean;
}

/** It stays pending. The alarm on a delivery that fails learns for how long it has done so. */
async function keepFailing(
  { telemetry, resources, settings }: DeliverParts,
  { resource, owner }: Leased,
  { failures, fault, now, contended = false }: Failing,
): Promise<void> {
  // Reading was in vain, but by the next PUT the server may hold another version.
  const conflicts =
    contended || isAboutVersion(failures.status)
      ? { ...resource.deliveryConflicts, inVain: settings.failuresMax - 1, isUnread: true }
      : undefined;
  telemetry.measure('DeliveryFailingSeconds', (now - failures.since) / 1_000);
  telemetry.logger.warn('not delivered', { ...idsOf(resource), ...failures, ...fault });
  await releaseDelivery(resources, resource, owner, { failures, conflicts });
}

/** More references count as to what we do not hold. */
const REFERENCES_MAX = 500;
const READ_AT_ONCE = 25;
const ABSENT: Referred = { kind: 'absent' };
const isSearch = (name: string) => name.includes('?');

/** The server refused it. If it may have come too early, it waits. */
export async function refusedByServer(
  parts: DeliverParts,
  leased: Leased,
  { answer, begunAt, refersTo = new Set() }: Extract<Called, { kind: 'answered' }>,
): Promise<Ending> {
  const { resources } = parts;
  const { resource, tally } = leased;
  const { status } = answer;
  const itself = `${resource.resourceType}/${resource.resourceId}`;
  const others = [...refersTo].filter((name) => name !== itself);
  const referred = await referredBy(resources, resource, others);
  const now = parts.now();
  const refusal = { status, begunAt, referred, versions: versionsOf(parts, resource) };
  const failures = countRefusal(resource.deliveryFailures, refusal, now);
  if (!isTooEarly(failures, refusal)) {
    return refused(parts, leased, answered(answer));
  }
  tally.add('DeliveryFailures');
  await keepFailing(parts, leased, { failures, now, contended: isContended(refusal) });
  return { kind: 'again', at: retryTime(failures, undefined, now) };
}

/** How far it is what a resource refers to, until one of that is a reason to go on waiting. */
async function referredBy(
  resources: Table,
  { source }: PendingResource,
  names: readonly string[],
): Promise<readonly Referred[]> {
  const found: Referred[] = [];
  for (const some of splitList(names.slice(0, REFERENCES_MAX), READ_AT_ONCE)) {
    const states = some.map((name) =>
      isSearch(name) ? ABSENT : referredState(resources, source, name),
    );
    found.push(...(await Promise.all(states)));
    if (found.some(isToCome)) return found;
  }
  return names.length > REFERENCES_MAX ? [...found, ABSENT] : found;
}

/** It was not refused itself, so it waits for nothing else. */
const isToCome = (one: Referred) => one.kind === 'pending' && one.refusedSince === undefined;

function answered({ status, body }: Answer) {
  return { reason: status === 0 ? 'no answer' : `answered ${status}`, body };
}
