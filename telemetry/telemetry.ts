/**
 * Logger and metrics of all functions. What goes in here leaves the account's tables, so it never
 * holds a body, a value or a resource's id (R08): message ids, counts and kinds only.
 */
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import middy, { type MiddyfiedHandler } from '@middy/core';
import type {
  CloudWatchLogsEvent,
  Context,
  ScheduledEvent,
  SQSBatchResponse,
  SQSEvent,
} from 'aws-lambda';
import { ComponentFault } from '../core/message/component-fault.ts';
import { ENV } from './env-names.ts';
import { scoped } from './invocation.ts';
import {
  METRICS,
  METRICS_NAMESPACE,
  type MetricOf,
  type OwnDimension,
  type SpeakerMetric,
  serviceOf,
} from './metrics.ts';
import { queueAge } from './queue-age.ts';

const serviceName = serviceOf(process.env[ENV.stage] ?? 'dev');
export const logger = new Logger({ serviceName });
const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName });

/** Who speaks, on each log line and as the dimensions of each metric. */
export interface Speaker extends Record<string, string> {
  readonly component: string;
}

/** A handler of an SQS batch, dressed with what all of them wear. */
export function sqsFunction(speaker: Speaker) {
  return dressed(middy<SQSEvent, SQSBatchResponse>(), speaker);
}

/** The same for a handler of what a log subscription carries, and of what a queue kept of it. */
export function logsOrSqsFunction(speaker: Speaker) {
  return dressed(middy<CloudWatchLogsEvent | SQSEvent, SQSBatchResponse | undefined>(), speaker);
}

/** The same for a handler that a rule of EventBridge invokes. */
export function ruleFunction(speaker: Speaker) {
  return dressed(middy<ScheduledEvent, void>(), speaker);
}

/** The same for a handler that both feed. */
export function sqsOrRuleFunction(speaker: Speaker) {
  return dressed(middy<SQSEvent | ScheduledEvent, SQSBatchResponse>(), speaker);
}

function dressed<E, R>(handler: MiddyfiedHandler<E, R>, speaker: Speaker) {
  logger.appendPersistentKeys(speaker);
  metrics.setDefaultDimensions(speaker);
  const speaking = handler
    .use(injectLambdaContext(logger))
    .use(logMetrics(metrics))
    .use(
      queueAge(`${serviceName}-`, (queue, seconds) => emit('OldestAge', 'queue', queue, seconds)),
    )
    .use({ after: measureMemory });
  return {
    /** Whatever the work leaves pending ends with its invocation (R61). */
    handler: (handle: (event: E, context: Context) => Promise<R>) =>
      speaking.handler((event, context) => scoped(() => handle(event, context))),
  };
}

const memoryMb = Number(process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE']);

/** All threads of the process; what runs in a process of its own is not in it. */
function measureMemory(): void {
  if (!(memoryMb > 0)) return;
  const percent = (100 * process.memoryUsage.rss()) / (memoryMb * 1024 * 1024);
  metrics.addMetric('MemoryPercent', METRICS.MemoryPercent.unit, Math.round(percent));
}

/** Counts what happened, for the metrics and for the one log line of a batch. */
export class Tally {
  readonly #counts: Partial<Record<SpeakerMetric, number>>;

  /** Of an invocation with so many messages. */
  constructor(messages: number) {
    this.#counts = { Messages: messages };
  }

  add(what: SpeakerMetric, count = 1): void {
    this.#counts[what] = (this.#counts[what] ?? 0) + count;
  }

  /** Emits each count as a metric of that name, and all of them as one log line. */
  report(message: string, context: Record<string, string | number> = {}): void {
    for (const [name, count] of Object.entries(this.#counts)) {
      metrics.addMetric(name, 'Count', count);
    }
    logger.info(message, { ...context, ...this.#counts });
  }
}

/** Tells one value of a metric of the speaker's. */
export function measure(name: Extract<SpeakerMetric, 'DeliveryFailingSeconds'>, value: number) {
  metrics.addMetric(name, METRICS[name].unit, value);
}

/** Measures how long something took that ends now. Another machine's clock may be ahead: never below 0. */
export function measureSince(
  name: Extract<SpeakerMetric, 'AuditLag' | 'DeliveryLatency' | 'VerdictLatency'>,
  since: number,
): void {
  metrics.addMetric(name, METRICS[name].unit, Math.max(0, Date.now() - since));
}

/**
 * Emits one metric at once, of something that is not the speaker: `by` is the dimension, `which` its
 * value. Whoever emits it, it is the same metric.
 */
export function emit<By extends OwnDimension>(
  name: MetricOf<By>,
  by: By,
  which: string,
  value = 1,
): void {
  const single = new Metrics({ namespace: METRICS_NAMESPACE, serviceName, singleMetric: true });
  single.addDimension(by, which);
  single.addMetric(name, METRICS[name].unit, value);
}

/** What may be logged of a fault: name and code, for a message may quote what was sent. */
export function faultOf(error: unknown): { fault: string; code?: string; reason?: string } {
  if (!(error instanceof Error)) return { fault: typeof error };
  if (error instanceof ComponentFault) return { fault: error.name, reason: error.message };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { fault: error.name, ...(code && { code }) };
}
