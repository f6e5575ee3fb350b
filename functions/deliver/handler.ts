/**
 * `deliver`: brings what is pending to the FHIR server, through the server's breaker. A message is
 * only a trigger: what is sent is what Resources holds by then.
 */
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { setDeliveryDue } from '../../aws/deliveries.ts';
import { services } from '../../aws/delivery-targets.ts';
import { retryLater } from '../../aws/retry-later.ts';
import { setBreakerPolicy } from '../../breaker/guard.ts';
import { backOffSeconds } from '../../core/attempt/back-off.ts';
import { DEFAULT_BREAKER_POLICY, type TripPolicy } from '../../core/breaker/breaker-policy.ts';
import { howToWait } from '../../core/delivery/delivery.ts';
import { batchResponse, type Settlement } from '../../core/message/batch-response.ts';
import { deliveryTriggerSchema } from '../../core/message/messages.ts';
import { isProbe } from '../../core/supervision/probe.ts';
import { faultOf, logger, sqsFunction, Tally } from '../../telemetry/telemetry.ts';
import { receiving } from '../../telemetry/traces.ts';
import { deliverOne } from './deliver-one.ts';
import { type Ending, NEXT } from './endings.ts';
import { COMPONENT, environment, settings } from './environment.ts';
import { triggersInFlight } from './in-flight.ts';
import type { DeliverSettings } from './settings.ts';

for (const service of services) {
  setBreakerPolicy(service, {
    ...DEFAULT_BREAKER_POLICY,
    trip: tripOf(settings),
    openMs: settings.breakerOpenMs,
  });
}

function tripOf({ breakerFailures, breakerShare }: DeliverSettings): TripPolicy {
  if (breakerShare === undefined) return { kind: 'consecutive', failures: breakerFailures };
  const { failed: share, callsMin, windowMs } = breakerShare;
  return { kind: 'failure-rate', share, callsMin, windowMs };
}

export const handler = sqsFunction({ component: COMPONENT }).handler((event, context) =>
  receiving(event.Records, context, () => deliverAll(event, context)),
);

async function deliverAll(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const { Records: records } = event;
  const tally = new Tally(records.length);
  const probing = isProbe(event);
  // A probe is one delivery (R33), the breaker's own where that is due; what is beside it waits.
  const run = probing ? records.slice(0, 1) : records;
  const work = { tally, context, probing };
  const settlements = await Promise.all(run.map((record) => settle(record, work)));
  tally.report('deliveries');
  return batchResponse(
    records.map((record) => record.messageId),
    settlements,
  );
}

interface Work {
  readonly tally: Tally;
  readonly context: Context;
  readonly probing: boolean;
}

async function settle(record: SQSRecord, work: Work): Promise<Settlement> {
  const { tally } = work;
  try {
    const { pk } = deliveryTriggerSchema.parse(JSON.parse(record.body));
    const ending = await deliverInTime(pk, work);
    if (ending.kind === 'done') return 'done';
    return await wait(record, pk, ending.kind === 'again' ? ending.at : 0, work);
  } catch (fault) {
    tally.add('ComponentFaults');
    logger.error('component fault', { messageId: record.messageId, ...faultOf(fault) });
    const receives = Number(record.attributes.ApproximateReceiveCount);
    await waitInQueue(record, backOffSeconds(receives));
    return 'failed';
  }
}

/** A conflict of versions needs a PUT, a read and a PUT; whoever needs more waits. */
const CALLS_MAX = 4;

async function deliverInTime(pk: string, { tally, context }: Work): Promise<Ending> {
  let ending: Ending = NEXT;
  for (let calls = 0; calls < CALLS_MAX && ending.kind === 'next'; calls += 1) {
    // Another call may take as long as this, and a lease must be given back.
    if (context.getRemainingTimeInMillis() <= 2 * settings.callTimeoutMs) break;
    ending = await deliverOne(pk, tally);
  }
  return ending;
}

/** Waits in the queue; or leaves it, and is sent anew by its mark. */
async function wait(
  record: SQSRecord,
  pk: string,
  retryAt: number,
  { tally, probing }: Work,
): Promise<Settlement> {
  const now = Date.now();
  const receives = Number(record.attributes.ApproximateReceiveCount);
  const waiting = { retryAt, receives, inFlight: await triggersInFlight(now) };
  const how = howToWait(waiting, now, Math.random(), settings);
  if (how.kind === 'marked') {
    tally.add('Marked');
    await setDeliveryDue(environment.resourcesTable, pk, how.until);
    // Marked is not delivered: as a probe it has failed, and its trigger stays.
    return probing ? 'failed' : 'done';
  }
  tally.add('Waiting');
  await waitInQueue(record, how.seconds);
  return 'failed';
}

function waitInQueue({ receiptHandle }: SQSRecord, seconds: number): Promise<void> {
  return retryLater(environment.queueUrl, [{ receiptHandle, seconds }]);
}
