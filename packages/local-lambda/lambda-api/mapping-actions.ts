/** GetEventSourceMapping, ListEventSourceMappings and UpdateEventSourceMapping. */
import { z } from 'zod';
import type { SwitchedMapping } from '../event-source/switched-mapping.ts';
import { arn, nameOfArn } from '../template/account.ts';
import { notFound, Refusal } from './refusal.ts';

const LIST_MAX = 100;

/** Lambda's limits for the maximum concurrency of an SQS mapping. */
const changeSchema = z.object({
  Enabled: z.boolean().optional(),
  ScalingConfig: z.object({ MaximumConcurrency: z.int().min(2).max(1000).optional() }).optional(),
});

/** A mapping as the API describes it. Times are in epoch seconds, as in its JSON. */
export function describe(mapping: SwitchedMapping): object {
  const { identity, state, concurrencyMax, changedAt } = mapping;
  return {
    UUID: identity.uuid,
    EventSourceMappingArn: arn('lambda', `event-source-mapping:${identity.uuid}`),
    FunctionArn: identity.functionArn,
    EventSourceArn: identity.eventSourceArn,
    BatchSize: identity.batchSize,
    MaximumBatchingWindowInSeconds: identity.windowSeconds,
    FunctionResponseTypes: identity.functionResponseTypes,
    ScalingConfig: Number.isFinite(concurrencyMax) ? { MaximumConcurrency: concurrencyMax } : {},
    State: state,
    StateTransitionReason: 'USER_INITIATED',
    LastModified: changedAt / 1000,
  };
}

export function get(mappings: readonly SwitchedMapping[], uuid: string): object {
  return describe(find(mappings, uuid));
}

/** The mappings of a function (name or ARN) or a queue (ARN), a page at a time. */
export function list(mappings: readonly SwitchedMapping[], query: URLSearchParams): object {
  const functionName = query.get('FunctionName');
  const source = query.get('EventSourceArn');
  const matching = mappings.filter(
    ({ identity }) =>
      (!functionName || nameOfArn(identity.functionArn) === nameOfArn(functionName)) &&
      (!source || identity.eventSourceArn === source),
  );
  const start = Number(query.get('Marker') ?? 0);
  const end = start + Math.min(LIST_MAX, Number(query.get('MaxItems') ?? LIST_MAX));
  return {
    EventSourceMappings: matching.slice(start, end).map(describe),
    ...(end < matching.length ? { NextMarker: String(end) } : {}),
  };
}

/** Starts a change and returns the intermediate state. */
export function update(mappings: readonly SwitchedMapping[], uuid: string, body: unknown): object {
  const mapping = find(mappings, uuid);
  const parsed = changeSchema.safeParse(body);
  if (!parsed.success) {
    const message = z.prettifyError(parsed.error);
    throw new Refusal(400, 'InvalidParameterValueException', message);
  }
  if (mapping.changing) {
    const message = 'Cannot update the event source mapping because it is in use.';
    throw new Refusal(409, 'ResourceInUseException', message);
  }
  const { Enabled, ScalingConfig } = parsed.data;
  mapping.change({
    ...(Enabled === undefined ? {} : { enabled: Enabled }),
    ...(ScalingConfig
      ? { concurrencyMax: ScalingConfig.MaximumConcurrency ?? Number.POSITIVE_INFINITY }
      : {}),
  });
  return describe(mapping);
}

function find(mappings: readonly SwitchedMapping[], uuid: string): SwitchedMapping {
  const mapping = mappings.find(({ identity }) => identity.uuid === uuid);
  if (!mapping) throw notFound(uuid);
  return mapping;
}
