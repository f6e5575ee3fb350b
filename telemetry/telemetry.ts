/**
 * Logger and metrics of a function, one each for the life of an environment. They leave the account's
 * tables, so they never hold a body, a value or a resource's id (R08): message ids, counts and kinds only.
 */
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { scoped } from './invocation.ts';
import type { Log } from './log.ts';
import {
  METRICS,
  METRICS_NAMESPACE,
  type MetricOf,
  type OwnDimension,
  type SpeakerMetric,
  serviceOf,
} from './metrics.ts';
import { queueAge } from './queue-age.ts';
import { Tally } from './tally.ts';

/** The function that speaks, on each log line and as the dimensions of each metric. */
export interface Speaker extends Record<string, string> {
  readonly component: string;
}

export type Handler<E, R> = (event: E, context: Context) => Promise<R>;

export interface Telemetry {
  readonly logger: Log;
  /** For an invocation with this many messages. */
  tally(messages: number): Tally;
  /** Emits one value of a metric of this function. */
  measure(name: Extract<SpeakerMetric, 'DeliveryFailingSeconds'>, value: number): void;
  /** Emits how long something took that ends now. Another machine's clock may be ahead: never below 0. */
  measureSince(
    name: Extract<SpeakerMetric, 'AuditLag' | 'DeliveryLatency' | 'VerdictLatency'>,
    since: number,
  ): void;
  /**
   * Emits one metric at once, about something else than this function: `by` is the dimension, `which` its
   * value. The emitter is not part of it.
   */
  emit<By extends OwnDimension>(name: MetricOf<By>, by: By, which: string, value?: number): void;
  /**
   * Wraps a handler with logging, metrics and queue ages. What it leaves pending ends with its invocation
   * (R61).
   */
  handler<E, R>(speaker: Speaker, handle: Handler<E, R>): Handler<E, R>;
}

export interface TelemetryOptions {
  readonly stage: string;
  /** Memory size of the function; its use is not measured if this is not known. */
  readonly memoryMb?: number | undefined;
  readonly now: () => number;
}

/** Uses Powertools: lines of JSON, and metrics among them. */
export function startTelemetry({ stage, memoryMb = 0, now }: TelemetryOptions): Telemetry {
  const serviceName = serviceOf(stage);
  const logger = new Logger({ serviceName });
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName });
  const add = (name: SpeakerMetric, value: number) =>
    metrics.addMetric(name, METRICS[name].unit, value);
  const emit: Telemetry['emit'] = (name, by, which, value = 1) => {
    const single = new Metrics({ namespace: METRICS_NAMESPACE, serviceName, singleMetric: true });
    single.addDimension(by, which);
    single.addMetric(name, METRICS[name].unit, value);
  };
  const tellAge = (queue: string, seconds: number) => emit('OldestAge', 'queue', queue, seconds);
  /** All threads of the process; child processes are not included. */
  const measureMemory = () => {
    if (!(memoryMb > 0)) return;
    const percent = (100 * process.memoryUsage.rss()) / (memoryMb * 1024 * 1024);
    add('MemoryPercent', Math.round(percent));
  };
  return {
    logger,
    tally: (messages) => new Tally(messages, add, logger),
    measure: add,
    measureSince: (name, since) => add(name, Math.max(0, now() - since)),
    emit,
    handler<E, R>(speaker: Speaker, handle: Handler<E, R>) {
      logger.appendPersistentKeys(speaker);
      metrics.setDefaultDimensions(speaker);
      return middy<E, R>()
        .use(injectLambdaContext(logger))
        .use(logMetrics(metrics))
        .use(queueAge(`${serviceName}-`, tellAge, now))
        .use({ after: measureMemory })
        .handler((event, context) => scoped(() => handle(event, context))) as Handler<E, R>;
    },
  };
}
