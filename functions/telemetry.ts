/**
 * Logger and metrics of all functions. What goes in here leaves the account's tables, so it never
 * holds a body, a value or a resource's id (R08): message ids, counts and kinds only.
 */
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import middy, { type MiddyfiedHandler } from '@middy/core';
import type { CloudWatchLogsEvent, ScheduledEvent, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { ComponentFault } from './component-fault.ts';

export const METRICS_NAMESPACE = 'fhir-failsafe';

const serviceName = METRICS_NAMESPACE;
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

/** The same for a handler of what a log subscription carries. */
export function logsFunction(speaker: Speaker) {
  return dressed(middy<CloudWatchLogsEvent, void>(), speaker);
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
  return handler.use(injectLambdaContext(logger)).use(logMetrics(metrics));
}

/** Counts what happened, for the metrics and for the one log line of a batch. */
export class Tally {
  readonly #counts: Record<string, number>;

  /** Of an invocation with so many messages. */
  constructor(messages: number) {
    this.#counts = { Messages: messages };
  }

  add(what: string, count = 1): void {
    this.#counts[what] = (this.#counts[what] ?? 0) + count;
  }

  /** Emits each count as a metric of that name, and all of them as one log line. */
  report(message: string, context: Record<string, string | number> = {}): void {
    for (const [name, count] of Object.entries(this.#counts)) {
      metrics.addMetric(name, MetricUnit.Count, count);
    }
    logger.info(message, { ...context, ...this.#counts });
  }
}

/** Counts one event of a breaker, under its own dimension and at once. */
export function countOfBreaker(name: string, breaker: string): void {
  const single = metrics.singleMetric();
  single.addDimension('breaker', breaker);
  single.addMetric(name, MetricUnit.Count, 1);
}

/** What may be logged of a fault: name and code, for a message may quote what was sent. */
export function faultOf(error: unknown): { fault: string; code?: string; reason?: string } {
  if (!(error instanceof Error)) return { fault: typeof error };
  if (error instanceof ComponentFault) return { fault: error.name, reason: error.message };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { fault: error.name, ...(code && { code }) };
}
