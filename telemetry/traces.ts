/**
 * Traces, off unless the stack names a collector. What records them is a bundle of its own, which is
 * not even loaded then: without it a function starts, and does, what it did before.
 */
import type { Context, SQSRecord } from 'aws-lambda';
import { idsOf } from '../core/message/correlation.ts';
import type { Origin, TraceContext } from '../core/message/messages.ts';
import { ENV } from './env-names.ts';
import { METRICS_NAMESPACE, serviceOf } from './metrics.ts';
import type { Recorder, SpanOptions, SpanValues } from './traces/spans.ts';

/** Longest that an invocation waits for the collector at its end. */
const FLUSH_MS = 500;
/** Of an invocation's time this stays untouched, for the answer. */
const ANSWERING_MS = 300;

const recorder = await load();

async function load(): Promise<Recorder | undefined> {
  const endpoint = process.env[ENV.tracesEndpoint];
  if (endpoint === undefined) return undefined;
  const file = import.meta.url.endsWith('.ts') ? './traces/open-telemetry.ts' : './traces.mjs';
  const { startRecorder }: typeof import('./traces/open-telemetry.ts') = await import(
    new URL(file, import.meta.url).href
  );
  const service = process.env['AWS_LAMBDA_FUNCTION_NAME'] ?? METRICS_NAMESPACE;
  return startRecorder({
    endpoint,
    ratio: Number(process.env[ENV.tracesRatio] ?? 1),
    service,
    namespace: serviceOf(process.env[ENV.stage] ?? 'dev'),
    now: () => Date.now(),
  });
}

/** Does the work, in a span where traces are on. A span that fails is ended as such. */
export function inSpan<T>(options: SpanOptions, work: () => Promise<T>): Promise<T> {
  return recorder === undefined ? work() : recorder.inSpan(options, work);
}

/** Adds to the span that is going on. */
export function say(values: SpanValues): void {
  recorder?.say(values);
}

export function sayEvent(name: string, values: SpanValues = {}): void {
  recorder?.event(name, values);
}

/** What the next step of a message is told: the span that is going on, else what the message brought. */
export function traceOnward({ trace }: Pick<Origin, 'trace'>): TraceContext | undefined {
  return recorder?.current() ?? trace;
}

/** The span of an invocation, after which all of its spans are sent. */
export async function receiving<T>(
  records: readonly SQSRecord[],
  context: Context,
  work: () => Promise<T>,
): Promise<T> {
  if (recorder === undefined) return work();
  const values = {
    ...queueValues(records[0]),
    'messaging.operation.type': 'receive',
    'messaging.batch.message_count': records.length,
    'faas.invocation_id': context.awsRequestId,
  };
  const options: SpanOptions = { name: 'receive', kind: 'consumer', batch: true, values };
  try {
    return await recorder.inSpan(options, work);
  } finally {
    const left = context.getRemainingTimeInMillis() - ANSWERING_MS;
    await recorder.flush(Math.min(FLUSH_MS, left));
  }
}

/** All that is done for one message in an invocation. */
export function processing<T>(
  origin: Origin,
  record: SQSRecord | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (recorder === undefined) return work();
  const { messageId, correlationId } = idsOf(origin);
  const values = {
    ...queueValues(record),
    ...(record && { receives: Number(record.attributes.ApproximateReceiveCount) }),
    'messaging.operation.type': 'process',
    'messaging.message.id': messageId,
    'messaging.message.conversation_id': correlationId,
  };
  return recorder.inSpan({ name: 'process', kind: 'consumer', origin, values }, work);
}

/** By OpenTelemetry's semantic conventions for messaging. */
function queueValues(record: SQSRecord | undefined): SpanValues {
  const queue = record?.eventSourceARN.split(':').at(-1);
  return {
    'messaging.system': 'aws_sqs',
    ...(queue !== undefined && { 'messaging.destination.name': queue }),
  };
}
