/** Rules between two settings. Each refusal names both, and a value that would work. */
import { WRITING_MS } from '../../functions/validate/within-time.ts';
import type { Config } from '../config/config.ts';
import { retentionProblems } from '../config/content-retention-config.ts';
import { senderProblems, sourceProblems } from '../config/source-config.ts';
import { placeProblems } from '../constructs/delivery-targets.ts';
import { endpointProblems } from './endpoint-checks.ts';
import { networkProblems } from './network-checks.ts';
import { sizeProblems } from './resource-size.ts';
import { retryProblems } from './retry-checks.ts';

/** The part of its timeout that the handler needs for reading, writing and the response. */
export const HANDLER_MARGIN_MS = WRITING_MS + 500;

/**
 * AWS's recommendation for a queue that feeds a function: six times its timeout, plus the window.
 */
const visibilityMin = (timeoutSeconds: number, windowSeconds = 0) =>
  6 * timeoutSeconds + windowSeconds;

function* queueProblems(
  key: string,
  consumer: { batchSize: number; timeoutSeconds: number; visibilitySeconds: number },
  windowSeconds: number,
): Generator<string> {
  if (consumer.batchSize > 10 && windowSeconds === 0) {
    yield `${key}.batchSize ${consumer.batchSize} needs a window of at least 1 s: AWS takes more than 10 only with one`;
  }
  const min = visibilityMin(consumer.timeoutSeconds, windowSeconds);
  if (consumer.visibilitySeconds < min) {
    yield `${key}.visibilitySeconds ${consumer.visibilitySeconds} must be at least ${min} (6 x timeoutSeconds + the window)`;
  }
}

/** The longest time that validating one resource may take, with its parts. */
function longestValidation({ deadlineMs, plugins }: Config): { ms: number; what: string } {
  const ms = plugins.reduce((sum, plugin) => sum + plugin.deadlineMs, deadlineMs);
  if (plugins.length === 0) return { ms, what: `deadlineMs ${ms}` };
  return { ms, what: `deadlineMs and those of the plugins, ${ms} together,` };
}

function* laneProblems(config: Config, name: 'critical' | 'background'): Generator<string> {
  const lane = config.lanes[name];
  yield* queueProblems(`lanes.${name}`, lane, lane.windowSeconds);
  yield* senderProblems(`lanes.${name}.senders`, lane.senders);
  const isolationMin = visibilityMin(lane.timeoutSeconds);
  if (config.isolation.visibilitySeconds < isolationMin) {
    yield `isolation.visibilitySeconds ${config.isolation.visibilitySeconds} must be at least ${isolationMin} (6 x lanes.${name}.timeoutSeconds)`;
  }
  const { ms, what } = longestValidation(config);
  if (ms + HANDLER_MARGIN_MS > lane.timeoutSeconds * 1000) {
    yield `${what} must leave ${HANDLER_MARGIN_MS} ms of lanes.${name}.timeoutSeconds ${lane.timeoutSeconds}`;
  }
}

function* pluginProblems({ plugins }: Config): Generator<string> {
  for (const [position, { name }] of plugins.entries()) {
    if (plugins.findIndex((other) => other.name === name) < position) {
      yield `plugins: two have the name ${name}`;
    }
  }
}

function* deliveryProblems(config: Config): Generator<string> {
  const { delivery } = config;
  yield* queueProblems('delivery', delivery, 0);
  yield* endpointProblems('delivery.endpoint', delivery.endpoint, 'resources are PHI');
  yield* placeProblems(config);
  if (2 * delivery.callTimeoutMs + HANDLER_MARGIN_MS > delivery.timeoutSeconds * 1000) {
    yield `delivery.callTimeoutMs ${delivery.callTimeoutMs} must fit twice into delivery.timeoutSeconds ${delivery.timeoutSeconds}, less ${HANDLER_MARGIN_MS} ms`;
  }
}

function* tracesProblems({ traces: { endpoint } }: Config): Generator<string> {
  const why = 'traces show what happens to messages';
  yield* endpointProblems('traces.endpoint', endpoint, why);
}

function* terminologyProblems(config: Config): Generator<string> {
  const { endpoint, tokenSecretArn, callTimeoutMs, budgetMs, freshHours, staleDays } =
    config.terminology;
  if (endpoint === undefined) {
    if (tokenSecretArn !== undefined) yield 'terminology.tokenSecretArn needs terminology.endpoint';
    return;
  }
  const why = 'its answers decide about resources, and it may get a token';
  yield* endpointProblems('terminology.endpoint', endpoint, why);
  // A call is made only if there is time for its whole timeout.
  if (2 * callTimeoutMs > budgetMs) {
    yield `terminology.callTimeoutMs ${callTimeoutMs} must fit twice into terminology.budgetMs ${budgetMs}`;
  }
  if (freshHours > staleDays * 24) {
    yield `terminology.freshHours ${freshHours} must be at most terminology.staleDays ${staleDays}, in hours`;
  }
  for (const name of ['critical', 'background'] as const) {
    const { timeoutSeconds } = config.lanes[name];
    const { ms, what } = longestValidation(config);
    if (ms + budgetMs + HANDLER_MARGIN_MS > timeoutSeconds * 1000) {
      yield `terminology.budgetMs ${budgetMs} must fit beside ${what} into lanes.${name}.timeoutSeconds ${timeoutSeconds}, less ${HANDLER_MARGIN_MS} ms`;
    }
  }
}

/** The service in the ARN of such an endpoint. */
const SERVICE_OF: Readonly<Record<string, string>> = {
  firehose: 'firehose',
  lambda: 'lambda',
  sqs: 'sqs',
};

/** https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html */
const FILTER_COMBINATIONS_MAX = 150;

function* outcomesProblems({ outcomesSubscriptions }: Config): Generator<string> {
  for (const [position, wanted] of outcomesSubscriptions.entries()) {
    const { protocol, endpoint, roleArn, verdict, lane, source } = wanted;
    const first = outcomesSubscriptions.findIndex(
      (other) => other.protocol === protocol && other.endpoint === endpoint,
    );
    if (first < position) {
      yield `outcomesSubscriptions.${position}.endpoint is that of outcomesSubscriptions.${first} too, and SNS subscribes an endpoint once: name all that it gets in one`;
    }
    if ((protocol === 'firehose') !== (roleArn !== undefined)) {
      yield `outcomesSubscriptions.${position}.roleArn must be the role by which SNS puts into the stream, for firehose and no other protocol`;
    }
    const combinations = [verdict, lane, source].reduce(
      (all, values) => all * (values?.length ?? 1),
      1,
    );
    if (combinations > FILTER_COMBINATIONS_MAX) {
      yield `outcomesSubscriptions.${position} names ${combinations} combinations of verdict, lane and source, and SNS allows ${FILTER_COMBINATIONS_MAX}: leave out a list that names all, or some of its sources`;
    }
    const key = `outcomesSubscriptions.${position}.endpoint`;
    const service = SERVICE_OF[protocol];
    if (service !== undefined && endpoint.split(':')[2] !== service) {
      yield `${key} must be an ARN of ${service}, as its protocol is`;
    }
    if (protocol === 'sqs' && endpoint.endsWith('.fifo')) {
      yield `${key} must not be a FIFO queue: SNS subscribes none to a standard topic`;
    }
    if (protocol !== 'https') continue;
    if (!/^https:/i.test(endpoint)) yield `${key} must be https, as its protocol is`;
    yield* endpointProblems(key, endpoint, 'it receives how messages ended');
  }
}

/** A step that follows another one must not be due before it. */
function* orderProblems({ incident, supervisor }: Config): Generator<string> {
  const { pageAgainSeconds, escalateSeconds } = incident;
  if (escalateSeconds < pageAgainSeconds) {
    yield `incident.escalateSeconds ${escalateSeconds} must be at least incident.pageAgainSeconds ${pageAgainSeconds}: on-call is paged again before management learns that nobody answers`;
  }
  const { coolDownSeconds, backOffMaxSeconds } = supervisor;
  if (backOffMaxSeconds < coolDownSeconds) {
    yield `supervisor.backOffMaxSeconds ${backOffMaxSeconds} must be at least supervisor.coolDownSeconds ${coolDownSeconds}, the first wait`;
  }
}

/** An alarm rings before SQS deletes what it is about. */
function* ageProblems({ alarms, retentionDays }: Config): Generator<string> {
  const retention = retentionDays * 86_400;
  for (const [name, seconds] of Object.entries(alarms.ageSeconds)) {
    if (seconds < retention) continue;
    yield `alarms.ageSeconds.${name} ${seconds} must be below retentionDays ${retentionDays} (${retention} s): no message gets so old`;
  }
}

/** Problems between the values of one config, as text. Empty if it can be deployed. */
export function configProblems(config: Config): string[] {
  const { incident } = config;
  const problems = [
    ...deliveryProblems(config),
    ...terminologyProblems(config),
    ...tracesProblems(config),
    ...outcomesProblems(config),
    ...networkProblems(config),
    ...pluginProblems(config),
    ...sizeProblems(config),
    ...laneProblems(config, 'critical'),
    ...laneProblems(config, 'background'),
    ...sourceProblems(config.sources, config.production),
    ...queueProblems('quarantine', config.quarantine, 0),
    ...queueProblems('audit', config.audit, 0),
    ...queueProblems('incident', incident, incident.batchWindowSeconds),
    ...queueProblems('supervisor', config.supervisor, 0),
    ...queueProblems('reporting', config.reporting, config.reporting.windowSeconds),
    ...queueProblems('analytics', config.analytics, config.analytics.windowSeconds),
    ...orderProblems(config),
    ...ageProblems(config),
    ...retryProblems(config),
    ...retentionProblems(config),
  ];
  if (config.chaos === 'on' && config.production) {
    problems.push('chaos on is refused for production');
  }
  if (config.attempts.environmentDied < config.attempts.seen) {
    problems.push(
      `attempts.environmentDied ${config.attempts.environmentDied} must be at least attempts.seen ${config.attempts.seen}`,
    );
  }
  return problems;
}
