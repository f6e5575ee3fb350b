/**
 * `deliver`: sends pending resources to the FHIR server, through the server's breaker. A message is
 * only a trigger: the function sends what Resources holds at that time.
 */
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { setDeliveryDue } from '../../aws/deliveries.ts';
import type { ShowAgain } from '../../aws/lane-queues.ts';
import { retryLater } from '../../aws/retry-later.ts';
import { backOffSeconds } from '../../core/attempt/back-off.ts';
import { howToWait } from '../../core/delivery/delivery-meaning.ts';
import { batchResponse, type RecordResult } from '../../core/message/batch-response.ts';
import { deliveryTriggerSchema } from '../../core/message/messages.ts';
import { isProbe } from '../../core/supervision/is-probe.ts';
import { faultOf } from '../../telemetry/log.ts';
import type { Tally } from '../../telemetry/tally.ts';
import { deliverOne } from './deliver-one.ts';
import { type Ending, NEXT } from './endings.ts';
import { COMPONENT, type DeliverDeps, type DeliverParts, partsOf } from './parts.ts';

export function build(deps: DeliverDeps) {
  const parts = partsOf(deps);
  return deps.telemetry.handler<SQSEvent, SQSBatchResponse>(
    { component: COMPONENT },
    (event, context) =>
      deps.traces.receiving(event.Records, context, () => deliverAll(parts, event, context)),
  );
}

async function deliverAll(
  parts: DeliverParts,
  event: SQSEvent,
  context: Context,
): Promise<SQSBatchResponse> {
  const { Records: records } = event;
  const tally = parts.telemetry.tally(records.length);
  const probing = isProbe(event);
  // A probe is one delivery (R33), the breaker's own probe if that is due; other messages of the batch
  // wait.
  const run = probing ? records.slice(0, 1) : records;
  const begun = new Map<string, Promise<Settled>>();
  const work = { parts, tally, context, probing, begun, spread: parts.random() };
  const settled = await Promise.all(run.map((record) => deliverRecord(record, work)));
  await letWait(parts, settled);
  tally.report('deliveries');
  return batchResponse(
    records.map((record) => record.messageId),
    settled.map((each) => (isWaiting(each) ? 'failed' : each)),
  );
}

interface Work {
  readonly parts: DeliverParts;
  readonly tally: Tally;
  readonly context: Context;
  readonly probing: boolean;
  /** The deliveries of this batch, by their keys. */
  readonly begun: Map<string, Promise<Settled>>;
  /** In [0, 1): triggers of one batch that wait for the same come back together, as a batch. */
  readonly spread: number;
}

/** A trigger waits in the queue if it has a time. */
type Settled = RecordResult | ShowAgain;

const isWaiting = (settled: Settled): settled is ShowAgain => typeof settled === 'object';

/** Of the whole batch by one request. */
async function letWait(
  { queue, telemetry }: DeliverParts,
  settled: readonly Settled[],
): Promise<void> {
  const triggers = settled.filter(isWaiting);
  if (triggers.length > 0) await retryLater(queue, triggers, telemetry.logger);
}

async function deliverRecord(record: SQSRecord, work: Work): Promise<Settled> {
  try {
    const { pk } = deliveryTriggerSchema.parse(JSON.parse(record.body));
    const other = work.begun.get(pk);
    if (other !== undefined) return likeOther(record, await other);
    const settled = deliverTo(pk, record, work);
    work.begun.set(pk, settled);
    return await settled;
  } catch (fault) {
    return faulty(record, fault, work);
  }
}

/**
 * Another trigger of the batch has the same delivery made. If that must wait, both stay: either may have been received
 * twice, and the delete of its first receive may still come (R18).
 */
function likeOther({ receiptHandle }: SQSRecord, other: Settled): Settled {
  return isWaiting(other) ? { ...other, receiptHandle } : other;
}

async function deliverTo(pk: string, record: SQSRecord, work: Work): Promise<Settled> {
  try {
    const ending = await deliverInTime(pk, work);
    if (ending.kind === 'done') return 'done';
    return await wait(record, pk, ending.kind === 'again' ? ending.at : 0, work);
  } catch (fault) {
    return faulty(record, fault, work);
  }
}

function faulty(record: SQSRecord, fault: unknown, { parts, tally }: Work): Settled {
  tally.add('ComponentFaults');
  const { messageId } = record;
  parts.telemetry.logger.error('component fault', { messageId, ...faultOf(fault) });
  return waiting(record, backOffSeconds(receivesOf(record)));
}

/** A conflict of versions needs a PUT, a read and a PUT; a delivery that needs more waits. */
const CALLS_MAX = 4;

async function deliverInTime(pk: string, { parts, tally, context }: Work): Promise<Ending> {
  let ending: Ending = NEXT;
  for (let calls = 0; calls < CALLS_MAX && ending.kind === 'next'; calls += 1) {
    // Another call may take this long, and a lease must be released.
    if (context.getRemainingTimeInMillis() <= 2 * parts.settings.callTimeoutMs) break;
    ending = await deliverOne(parts, pk, tally);
  }
  return ending;
}

/** How a trigger waits: in the queue, or deleted, and sent again later by its mark. */
async function wait(
  record: SQSRecord,
  pk: string,
  retryAt: number,
  { parts, tally, probing, spread }: Work,
): Promise<Settled> {
  const { settings, inFlight, resources } = parts;
  const now = parts.now();
  const seen = { retryAt, receives: receivesOf(record), inFlight: await inFlight.count(now) };
  const how = howToWait(seen, now, spread, settings);
  if (how.kind === 'marked') {
    tally.add('Marked');
    await setDeliveryDue(resources, pk, how.until);
    // A delivery that is still pending has failed as a probe, and its trigger stays.
    return probing ? 'failed' : 'done';
  }
  tally.add('Waiting');
  return waiting(record, how.seconds);
}

const receivesOf = ({ attributes }: SQSRecord) => Number(attributes.ApproximateReceiveCount);

const waiting = ({ receiptHandle }: SQSRecord, seconds: number): ShowAgain => ({
  receiptHandle,
  seconds,
});
