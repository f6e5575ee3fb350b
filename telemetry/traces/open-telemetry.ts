/**
 * Records spans by OpenTelemetry. A bundle of its own, loaded only if a collector is configured.
 *
 * It does not touch the registry of the API's global state: an AsyncLocalStorage here holds the current
 * span, and other libraries' spans are not traced.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  type IdGenerator,
  ParentBasedSampler,
  RandomIdGenerator,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { TraceContext } from '../../core/message/messages.ts';
import { ownTraceId, spanIdsOf, traceFrom } from '../../core/message/trace-context.ts';
import { CollectorLink } from './collector-link.ts';
import type { Recorder, RecorderOptions, SpanOptions } from './spans.ts';

const SPANS_MAX = 4_096;
const BATCH_MAX = 512;
const EXPORT_MS = 2_000;
/** Spans are sent at the end of each invocation; a timer would fire in one that comes much later. */
const NEVER_MS = 2 ** 31 - 1;

const KINDS = {
  internal: SpanKind.INTERNAL,
  consumer: SpanKind.CONSUMER,
  producer: SpanKind.PRODUCER,
  client: SpanKind.CLIENT,
} as const;

interface Going {
  readonly span: Span;
  readonly batch: boolean;
  /** The context of the message that it is about. */
  readonly brought: TraceContext | undefined;
}

export function startRecorder(options: RecorderOptions): Recorder {
  const { endpoint, ratio, service, namespace } = options;
  const going = new AsyncLocalStorage<Going>();
  const ids = new IdsOfMessages();
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': service,
      'service.namespace': namespace,
      'cloud.provider': 'aws',
      'cloud.platform': 'aws_lambda',
      'faas.name': service,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    idGenerator: ids,
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter({
          url: `${endpoint}/v1/traces`,
          timeoutMillis: EXPORT_MS,
        }),
        maxQueueSize: SPANS_MAX,
        maxExportBatchSize: BATCH_MAX,
        scheduledDelayMillis: NEVER_MS,
        exportTimeoutMillis: EXPORT_MS,
      }),
    ],
  });
  const tracer = provider.getTracer('fhir-failsafe');
  const link = new CollectorLink(() => provider.forceFlush(), options);

  function start({ name, kind = 'internal', origin, batch = false, values }: SpanOptions): Going {
    const around = going.getStore();
    const isFirst = around === undefined || around.batch;
    const brought = isFirst ? origin?.trace : around.brought;
    const links: Link[] = around?.batch ? [{ context: around.span.spanContext() }] : [];
    const parent = isFirst ? remote(brought) : trace.setSpan(ROOT_CONTEXT, around.span);
    const begin = () =>
      tracer.startSpan(
        name,
        { kind: KINDS[kind], links, ...(values && { attributes: values }) },
        parent,
      );
    const span = ids.withOwn(isFirst ? origin?.messageId : undefined, begin);
    return { span, batch, brought };
  }

  return {
    async inSpan(spanOptions, work) {
      const begun = start(spanOptions);
      try {
        return await going.run(begun, work);
      } catch (error) {
        // The name only: a message may quote what was sent.
        const name = error instanceof Error ? error.name : typeof error;
        begun.span.setAttribute('error.type', name);
        begun.span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        begun.span.end();
      }
    },
    say: (values) => void going.getStore()?.span.setAttributes(values),
    event: (name, values) => void going.getStore()?.span.addEvent(name, values),
    current() {
      const now = going.getStore();
      if (now === undefined || now.batch) return undefined;
      return traceFrom(now.span.spanContext(), now.brought);
    },
    flush: (mostMs) => link.flush(mostMs),
  };
}

function remote(brought: TraceContext | undefined): Context {
  if (brought === undefined) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, { ...spanIdsOf(brought), isRemote: true });
}

/** A trace that begins with a message has the id that follows from it. */
class IdsOfMessages implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  #own: string | undefined;

  generateTraceId(): string {
    return this.#own ?? this.#random.generateTraceId();
  }

  generateSpanId(): string {
    return this.#random.generateSpanId();
  }

  withOwn<T>(messageId: string | undefined, begin: () => T): T {
    this.#own = messageId === undefined ? undefined : ownTraceId(messageId);
    try {
      return begin();
    } finally {
      this.#own = undefined;
    }
  }
}
