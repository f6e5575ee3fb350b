/**
 * The event source mappings that feed a function from its queues: read them, switch them off and on, change
 * their concurrency.
 */
import {
  GetEventSourceMappingCommand,
  type LambdaClient,
  paginateListEventSourceMappings,
  ResourceConflictException,
  ResourceInUseException,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import type { MappingState } from '../core/supervision/supervised-state.ts';

export interface MappingSeen extends MappingState {
  /** An earlier change is still in progress. AWS accepts no other one now. */
  readonly changing: boolean;
}

/** The mappings that read a queue, and the functions that they feed. */
export async function mappingsOf(
  client: LambdaClient,
  queueArn: string,
): Promise<{ readonly uuid: string; readonly functionArn: string }[]> {
  const found = [];
  const pages = paginateListEventSourceMappings({ client }, { EventSourceArn: queueArn });
  for await (const { EventSourceMappings = [] } of pages) {
    for (const { UUID: uuid = '', FunctionArn: functionArn = '' } of EventSourceMappings) {
      found.push({ uuid, functionArn });
    }
  }
  return found;
}

export async function readMapping(
  lambda: LambdaClient,
  uuid: string,
): Promise<MappingSeen & { readonly queue: string }> {
  const answer = await lambda.send(new GetEventSourceMappingCommand({ UUID: uuid }));
  const queue = answer.EventSourceArn?.split(':').at(-1) ?? uuid;
  return { ...seen(answer.State, answer.ScalingConfig?.MaximumConcurrency), queue };
}

/**
 * Requests the change, and returns the state after the request. AWS changes a mapping in the
 * background, and messages in flight are still processed.
 */
export async function changeMapping(
  lambda: LambdaClient,
  uuid: string,
  desired: MappingState,
): Promise<MappingSeen> {
  try {
    const answer = await lambda.send(
      new UpdateEventSourceMappingCommand({
        UUID: uuid,
        Enabled: desired.enabled,
        ScalingConfig: { MaximumConcurrency: desired.maxConcurrency },
      }),
    );
    return seen(answer.State, answer.ScalingConfig?.MaximumConcurrency);
  } catch (error) {
    if (isChangedByOther(error)) return { ...desired, changing: true };
    throw error;
  }
}

/** AWS has two names for another change of the mapping that is in progress. */
const isChangedByOther = (error: unknown) =>
  error instanceof ResourceInUseException || error instanceof ResourceConflictException;

/** A mapping without a maximum may use the whole concurrency of the account. */
function seen(state: string | undefined, maxConcurrency = Number.POSITIVE_INFINITY): MappingSeen {
  const enabled = state === 'Enabled' || state === 'Enabling' || state === 'Updating';
  return { enabled, maxConcurrency, changing: state !== 'Enabled' && state !== 'Disabled' };
}
