/**
 * `resend`: each minute sends triggers again for pending deliveries that are due, so that an outage may
 * outlast a queue's retention (R18). It sends nothing for a server whose breaker is open. It also reviews the
 * breakers (review-breakers.ts).
 */

import type { ScheduledEvent } from 'aws-lambda';
import { listBreakers } from '../../aws/breakers-table.ts';
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
import { transitionQueuesOf } from '../../breaker/make-breakers.ts';
import { admit } from '../../core/breaker/breaker.ts';
import { DEFAULT_BREAKER_POLICY } from '../../core/breaker/breaker-policy.ts';
import { DELIVERY_SHARDS, shardName } from '../../core/delivery/delivery-meaning.ts';
import { faultOf } from '../../telemetry/log.ts';
import type { ResendEnv } from './env.ts';
import { type BreakersReview, type ListedBreaker, reviewBreakers } from './review-breakers.ts';

/** Pages of a shard in one minute. The next minute goes on. */
const PAGES_MAX = 20;
/** Used only to ask a breaker. Nothing is called. */
const ASK = { owner: '', timeoutMs: 1_000, draw: 0 };

export interface ResendDeps extends Surroundings, Pick<Clients, 'dynamo' | 'sqs'> {
  readonly env: ResendEnv;
}

interface Parts extends BreakersReview {
  readonly resources: Table;
  readonly deliveryQueue: Queue;
  readonly targets: Targets;
}

export function build(deps: ResendDeps) {
  const { env, dynamo, sqs, telemetry, now } = deps;
  const { targets } = env;
  const parts: Parts = {
    resources: { name: env.resourcesTable, dynamo },
    breakersTable: { name: env.breakersTable, dynamo },
    deliveryQueue: { url: env.deliveryQueueUrl, sqs },
    targets,
    audit: transitionQueuesOf(env, deps).audit,
    telemetry,
    now,
  };
  return telemetry.handler<ScheduledEvent, void>({ component: 'resend' }, async () => {
    const { logger } = telemetry;
    const breakers = await listBreakers(parts.breakersTable).catch((fault: unknown) => {
      logger.error('breakers not read', faultOf(fault));
      return [];
    });
    await reviewBreakers(parts, breakers).catch((fault: unknown) =>
      logger.error('transition not published', faultOf(fault)),
    );
    const open = openServices(breakers, now());
    if (targets.services.every((service) => open.has(service))) return;
    const tally = telemetry.tally(0);
    const sent = await resendAll(parts, open);
    if (sent > 0) tally.add('Resent', sent);
    tally.report('resent');
  });
}

/** Those to which no call would be made now. If the breakers could not be read, `deliver` decides. */
function openServices(breakers: readonly ListedBreaker[], now: number): ReadonlySet<string> {
  const refusing = breakers.filter(
    ({ state }) => admit(state, ASK, now, DEFAULT_BREAKER_POLICY).kind === 'refused',
  );
  return new Set(refusing.map(({ service }) => service));
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
