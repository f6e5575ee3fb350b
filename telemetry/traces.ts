/**
 * Traces, off unless the stack names a collector. The recorder is a bundle of its own, which is not even
 * loaded then.
 */
import type { Context, SQSRecord } from 'aws-lambda';
import { idsOf } from '../core/message/correlation.ts';
import type { Origin, TraceContext } from '../core/message/messages.ts';
import type { Recorder, RecorderOptions, SpanOptions, SpanValues } from './traces/spans.ts';

/** Longest that an invocation waits for the collector at its end. */
const FLUSH_MS = 500;
/** Time at the end of an invocation that is kept free for the answer. */
const ANSWERING_MS = 300;

/** Loads the recorder, and starts it. */
export async function startRecorder(options: RecorderOptions): Promise<Recorder> {
  const file = import.meta.url.endsWith('.ts') ? './traces/open-telemetry.ts' : './traces.mjs';
  const loaded: typeof import('./traces/open-telemetry.ts') = await import(
    new URL(file, import.meta.url).href
  );
  return loaded.startRecorder(options);
}

/** The spans of an environment; nothing is recorded without a recorder. */
export class Traces {
  readonly #recorder: Recorder | undefined;

  constructor(recorder?: Recorder) {
    this.#recorder = recorder;
  }

  /** Does the work, in a span if traces are on. A span that fails is ended as failed. */
  inSpan<T>(options: SpanOptions, work: () => Promise<T>): Promise<T> {
    return this.#recorder === undefined ? work() : this.#recorder.inSpan(options, work);
  }

  /** Adds to the current span. */
  say(values: SpanValues): void {
    this.#recorder?.say(values);
  }

  sayEvent(name: string, values: SpanValues = {}): void {
    this.#recorder?.event(name, values);
  }

  /** What the next step of a message gets: the current span, or else what the message brought. */
  onward({ trace }: Pick<Origin, 'trace'>): TraceContext | undefined {
    return this.#recorder?.current() ?? trace;
  }

  /** The span of an invocation, after which all of its spans are sent. */
  async receiving<T>(
    records: readonly SQSRecord[],
    context: Context,
    work: () => Promise<T>,
  ): Promise<T> {
    const recorder = this.#recorder;
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
  processing<T>(origin: Origin, record: SQSRecord | undefined, work: () => Promise<T>): Promise<T> {
    if (this.#recorder === undefined) return work();
    const { messageId, correlationId } = idsOf(origin);
    const values = {
      ...queueValues(record),
      ...(record && { receives: Number(record.attributes.ApproximateReceiveCount) }),
      'messaging.operation.type': 'process',
      'messaging.message.id': messageId,
      'messaging.message.conversation_id': correlationId,
    };
    return this.#recorder.inSpan({ name: 'process', kind: 'consumer', origin, values }, work);
  }
}

/** By OpenTelemetry's semantic conventions for messaging. */
function queueValues(record: SQSRecord | undefined): SpanValues {
  const queue = record?.eventSourceARN.split(':').at(-1);
  return {
    'messaging.system': 'aws_sqs',
    ...(queue !== undefined && { 'messaging.destination.name': queue }),
  };
}
