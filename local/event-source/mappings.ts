/** All event source mappings of the stack, each with a poller of its own. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { FunctionSpec } from '../lambda/function-spec.ts';
import type { LambdaHost } from '../lambda/host.ts';
import { nameOfArn } from '../template/account.ts';
import { type MappingPlan, queueUrlOf } from '../template/plan.ts';
import { TemplateError } from '../template/resolve.ts';
import { Deliveries } from './delivery.ts';
import type { Mischief } from './mischief.ts';
import { type Mapping, type Poller, startPoller } from './poller.ts';

export type MappingsContext = {
  sqs: SQSClient;
  endpoint: string;
  functions: Map<string, FunctionSpec>;
  host: LambdaHost;
  mischief: Mischief;
  log: (line: string) => void;
};

/** Starts a poller for each enabled mapping. Throws where its function is not in the plan. */
export function startMappings(plans: MappingPlan[], context: MappingsContext): Poller {
  const pollers = plans
    .filter(({ properties }) => properties.Enabled)
    .map((plan) => startMapping(plan, context));
  return {
    inFlight: () => pollers.reduce((sum, poller) => sum + poller.inFlight(), 0),
    async stop(graceMs) {
      await Promise.all(pollers.map((poller) => poller.stop(graceMs)));
    },
  };
}

function startMapping(plan: MappingPlan, context: MappingsContext): Poller {
  const { logicalId, properties } = plan;
  const spec = context.functions.get(nameOfArn(properties.FunctionName));
  if (!spec) throw new TemplateError(`${logicalId}: no function ${properties.FunctionName}`);
  const queueName = nameOfArn(properties.EventSourceArn);
  const concurrencyMax = Math.min(
    properties.ScalingConfig.MaximumConcurrency ?? Number.POSITIVE_INFINITY,
    spec.reservedConcurrency,
  );
  const mapping: Mapping = {
    queue: {
      sqs: context.sqs,
      url: queueUrlOf(queueName, context.endpoint),
      arn: properties.EventSourceArn,
    },
    batchSize: properties.BatchSize,
    windowMs: properties.MaximumBatchingWindowInSeconds * 1000,
    reportsFailures: properties.FunctionResponseTypes.includes('ReportBatchItemFailures'),
    acquire: () => context.host.acquire(logicalId, concurrencyMax, spec),
    onFailure: (reason, { length }) =>
      context.log(`${queueName}: ${length} message(s) return, ${spec.name} failed: ${reason}`),
  };
  return startPoller(mapping, new Deliveries(context.mischief));
}
