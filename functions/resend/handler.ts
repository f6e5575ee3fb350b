/**
 * `resend`: each minute sends triggers anew for what is pending and due, so that no outage outlasts
 * the retention of a queue (R18). Of a server whose breaker is open it sends nothing. It also tells the
 * audit log anew of what happened to breakers lately: who was to tell may have died.
 */

import { listBreakers } from '../../aws/breakers-table.ts';
import { dueDeliveries, setDeliveryDue, triggerSent } from '../../aws/deliveries.ts';
import { sendTriggers } from '../../aws/delivery-queue.ts';
import { services, targetOfKey } from '../../aws/delivery-targets.ts';
import { requiredEnv } from '../../aws/env.ts';
import { breakers } from '../../breaker/guard.ts';
import { auditTransitions } from '../../breaker/tell.ts';
import { transitionsToTell } from '../../core/breaker/breaker-news.ts';
import { DELIVERY_SHARDS, shardName } from '../../core/delivery/delivery.ts';
import { emit, faultOf, logger, ruleFunction, Tally } from '../../telemetry/telemetry.ts';

const table = requiredEnv('resourcesTable');
const breakersTable = requiredEnv('breakersTable');
const queueUrl = requiredEnv('deliveryQueueUrl');
const ROUNDS_MAX = 20;
/** For the question only: nothing is called. */
const TIMEOUT_MS = 1_000;

export const handler = ruleFunction({ component: 'resend' }).handler(async () => {
  await auditBreakers(Date.now()).catch((fault: unknown) =>
    logger.error('breaker news', faultOf(fault)),
  );
  const open = await openServices();
  if (open.size === services.length) return;
  const tally = new Tally(0);
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const shards = Array.from({ length: DELIVERY_SHARDS }, (_, n) =>
      resendShard(shardName(n), open),
    );
    const sent = (await Promise.all(shards)).reduce((sum, each) => sum + each, 0);
    if (sent === 0) break;
    tally.add('Resent', sent);
  }
  tally.report('resent');
});

async function auditBreakers(now: number): Promise<void> {
  for (const { service, state } of await listBreakers(breakersTable)) {
    const openMs = state.phase === 'closed' ? 0 : Math.max(0, now - state.since);
    emit('BreakerOpenSeconds', 'breaker', service, openMs / 1_000);
    await auditTransitions(service, transitionsToTell(state.recent, now));
  }
}

async function openServices(): Promise<ReadonlySet<string>> {
  const seen = await Promise.all(services.map((each) => breakers.peek(each, TIMEOUT_MS)));
  return new Set(services.filter((_, position) => seen[position] !== undefined));
}

/** What waits for a server whose breaker is open makes room for what waits for another. */
const ASIDE_MS = 5 * 60_000;

/** Sent first, marked then: a death in between sends twice, which is one delivery all the same. */
async function resendShard(shard: string, open: ReadonlySet<string>): Promise<number> {
  const now = Date.now();
  const due = await dueDeliveries(table, shard, now);
  const waits = (pk: string) => open.has(targetOfKey(pk)?.service ?? '');
  await Promise.all(due.filter(waits).map((pk) => setDeliveryDue(table, pk, now + ASIDE_MS)));
  const keys = due.filter((pk) => !waits(pk));
  const errors = await sendTriggers(queueUrl, keys);
  const sent = keys.filter((_, position) => errors[position] === undefined);
  await Promise.all(sent.map((pk) => triggerSent(table, pk, now)));
  return sent.length;
}
