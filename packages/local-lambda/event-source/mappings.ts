/** All event source mappings of the stack, each with a poller of its own. */
import type { Call } from '../emulators/calls.ts';
import type { FunctionSpec } from '../lambda/function-spec.ts';
import type { LambdaHost } from '../lambda/host.ts';
import { mappingUuid, nameOfArn } from '../template/account.ts';
import { type MappingPlan, queueUrlOf } from '../template/plan.ts';
import { TemplateError } from '../template/resolve.ts';
import { Deliveries } from './delivery.ts';
import type { Mischief } from './duplicates-and-reordering.ts';
import { type Mapping, startPoller } from './poller.ts';
import { type MappingIdentity, SwitchedMapping } from './switched-mapping.ts';

export type MappingsContext = {
  call: Call;
  endpoint: string;
  functions: Map<string, FunctionSpec>;
  host: LambdaHost;
  mischief: Mischief;
  log: (line: string) => void;
  onFailedBatch: (failed: FailedBatch) => void;
};

/** A batch whose function failed as a whole. Its messages become visible again. */
export type FailedBatch = { functionName: string; reason: string; messageIds: string[] };

export type Mappings = {
  all: readonly SwitchedMapping[];
  /** Messages and copies in flight, of the queues that `counts` accepts. */
  inFlight(counts: (queueName: string) => boolean): number;
  /** Stops polling, then waits up to `graceMs` for running invocations. */
  stop(graceMs: number): Promise<void>;
};

/**
 * How long a change takes. AWS takes seconds. Long enough to find code that does not wait for a
 * change.
 */
const SETTLE_MS = 200;

/**
 * How many invocations a mapping of single messages may have more than others. On AWS each mapping has
 * pollers of its own. Here they share a few environments, and single messages would wait for batches that
 * take as long as a hundred of them.
 */
const SINGLES_HEAD_START = 2;

/** Starts a poller for each enabled mapping. Throws if its function is not in the plan. */
export function startMappings(plans: MappingPlan[], context: MappingsContext): Mappings {
  const all = plans.map((plan) => startMapping(plan, context));
  return {
    all,
    inFlight: (counts) =>
      all
        .filter(({ identity }) => counts(nameOfArn(identity.eventSourceArn)))
        .reduce((sum, mapping) => sum + mapping.inFlight(), 0),
    async stop(graceMs) {
      const grace = Promise.withResolvers<void>();
      const timer = setTimeout(grace.resolve, graceMs);
      await Promise.race([Promise.all(all.map((mapping) => mapping.stop())), grace.promise]);
      clearTimeout(timer);
    },
  };
}

function startMapping(plan: MappingPlan, context: MappingsContext): SwitchedMapping {
  const { logicalId, properties } = plan;
  const spec = context.functions.get(nameOfArn(properties.FunctionName));
  if (!spec) throw new TemplateError(`${logicalId}: no function ${properties.FunctionName}`);
  const queueName = nameOfArn(properties.EventSourceArn);
  const mapping: Omit<Mapping, 'acquire'> = {
    queue: {
      call: context.call,
      url: queueUrlOf(queueName, context.endpoint),
      arn: properties.EventSourceArn,
    },
    batchSize: properties.BatchSize,
    windowMs: properties.MaximumBatchingWindowInSeconds * 1000,
    reportsFailures: properties.FunctionResponseTypes.includes('ReportBatchItemFailures'),
    onFailure(reason, records) {
      const { length } = records;
      context.log(`${queueName}: ${length} message(s) return, ${spec.name} failed: ${reason}`);
      const messageIds = records.map(({ messageId }) => messageId);
      context.onFailedBatch({ functionName: spec.name, reason, messageIds });
    },
    onRefusal: (error) => context.log(`${queueName}: ${messageOf(error)}`),
  };
  const headStart = properties.BatchSize === 1 ? SINGLES_HEAD_START : 0;
  const acquire = (concurrencyMax: number) => {
    const max = Math.min(concurrencyMax, spec.reservedConcurrency);
    return context.host.acquire(logicalId, max, spec, headStart);
  };
  return new SwitchedMapping(
    identityOf(plan, spec),
    {
      enabled: properties.Enabled,
      concurrencyMax: properties.ScalingConfig.MaximumConcurrency ?? Number.POSITIVE_INFINITY,
    },
    (concurrencyMax) =>
      startPoller(
        { ...mapping, acquire: () => acquire(concurrencyMax()) },
        new Deliveries(mischiefIn(queueName, context.mischief)),
      ),
    SETTLE_MS,
  );
}

function identityOf({ name, logicalId, properties }: MappingPlan, spec: FunctionSpec) {
  return {
    uuid: mappingUuid(name),
    logicalId,
    functionArn: spec.arn,
    eventSourceArn: properties.EventSourceArn,
    batchSize: properties.BatchSize,
    windowSeconds: properties.MaximumBatchingWindowInSeconds,
    functionResponseTypes: properties.FunctionResponseTypes,
  } satisfies MappingIdentity;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** A FIFO queue may deliver a message again, but never out of order. */
const mischiefIn = (queueName: string, mischief: Mischief): Mischief =>
  queueName.endsWith('.fifo') ? { ...mischief, reorder: false } : mischief;
