/**
 * `resend`: each minute sends triggers again for pending deliveries that are due, so that an outage may
 * outlast a queue's retention (R18). It sends nothing for a server whose breaker is open. It also reviews the
 * breakers (review-breakers.ts).
 */

import type { ScheduledEvent } from 'aws-lambda';
import type { Clients } from '../../aws/clients.ts';
import {
  type Due,
  dueDeliveries,
  dueOfFew,
  setDeliveryDue,
  triggerSent,
} from '../../aws/deliveries.ts';
import { sendTriggers } from '../../aws/delivery-queue.ts';
import type { Targets } from '../../aws/delivery-targets.ts';
import type { Queue, Table } from '../../aws/handles.ts';
import type { Surroundings } from '../../aws/surroundings.ts';
import type { Breakers } from '../../breaker/breakers.ts';
import { makeBreakers, transitionQueuesOf } from '../../breaker/make-breakers.ts';
import { DELIVERY_SHARDS, shardName } from '../../core/delivery/delivery-meaning.ts';
import { faultOf } from '../../telemetry/log.ts';
import type { ResendEnv } from './env.ts';
import { type BreakersReview, reviewBreakers } from './review-breakers.ts';

/** Pages of a shard in one minute. The next minute goes on. */
const PAGES_MAX = 20;
/** Used only to ask the breaker. Nothing is called. */
const TIMEOUT_MS = 1_000;

export interface ResendDeps extends Surroundings, Pick<Clients, 'dynamo' | 'hastyDynamo' | 'sqs'> {
  readonly environment: ResendEnv;
}

interface Parts extends BreakersReview {
  readonly resources: Table;
  readonly deliveryQueue: Queue;
  readonly targets: Targets;
  readonly breakers: Breakers;
}

export function build(deps: ResendDeps) {
  const { environment, dynamo, sqs, telemetry, now } = deps;
  const { targets } = environment;
  const parts: Parts = {
    resources: { name: environment.resourcesTable, dynamo },
    breakersTable: { name: environment.breakersTable, dynamo },
    deliveryQueue: { url: environment.deliveryQueueUrl, sqs },
    targets,
    breakers: makeBreakers(environment, deps),
    audit: transitionQueuesOf(environment, deps).audit,
    telemetry,
    now,
  };
  return telemetry.handler<ScheduledEvent, void>({ component: 'resend' }, async () => {
    await reviewBreakers(parts).catch((fault: unknown) =>
      telemetry.logger.error('transition not published', faultOf(fault)),
    );
    const open = await openServices(parts);
    if (open.size === targets.services.length) return;
    const tally = telemetry.tally(0);
    const sent = await resendAll(parts, open);
    if (sent > 0) tally.add('Resent', sent);
    tally.report('resent');
  });
}

async function openServices({ targets, breakers }: Parts): Promise<ReadonlySet<string>> {
  const { services } = targets;
  const seen = await Promise.all(services.map((each) => breakers.of(each).peek(TIMEOUT_MS)));
  return new Set(services.filter((_, position) => seen[position] !== undefined));
}

/** Deliveries that wait for a server with an open breaker make room for the others. */
const ASIDE_MS = 5 * 60_000;

async function resendAll(parts: Parts, open: ReadonlySet<string>): Promise<number> {
  const now = parts.now();
  const few = await dueOfFew(parts.resources, now);
  if (few !== undefined) return resend(parts, few, open, now);
  const shards = Array.from({ length: DELIVERY_SHARDS }, (_, n) =>
    resendShard(parts, shardName(n), open),
  );
  return (await Promise.all(shards)).reduce((sum, each) => sum + each, 0);
}

/** Each page once: the index lags, and would show again what was sent just now. */
async function resendShard(
  parts: Parts,
  shard: string,
  open: ReadonlySet<string>,
): Promise<number> {
  let sent = 0;
  let from: Awaited<ReturnType<typeof dueDeliveries>>['next'];
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const now = parts.now();
    const { due, next } = await dueDeliveries(parts.resources, shard, now, from);
    sent += await resend(parts, due, open, now);
    if (next === undefined) break;
    from = next;
  }
  return sent;
}

/** Sent first, then marked: after a death in between it is sent twice, which still makes one delivery. */
async function resend(
  { resources, deliveryQueue, targets }: Parts,
  due: readonly Due[],
  open: ReadonlySet<string>,
  now: number,
): Promise<number> {
  const waits = ({ pk }: Due) => open.has(targets.ofKey(pk)?.service ?? '');
  const aside = due.filter(waits);
  await Promise.all(aside.map(({ pk }) => setDeliveryDue(resources, pk, now + ASIDE_MS)));
  const toSend = due.filter((each) => !waits(each));
  const keys = toSend.map(({ pk }) => pk);
  const errors = await sendTriggers(deliveryQueue, keys);
  const sent = toSend.filter((_, position) => errors[position] === undefined);
  await Promise.all(sent.map((each) => triggerSent(resources, each, now)));
  return sent.length;
}
