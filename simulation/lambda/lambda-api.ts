/** Lambda's API for the SDK's commands: event source mappings and invocations. */
import {
  type EventSourceMappingConfiguration,
  GetEventSourceMappingCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  type InvokeCommandOutput,
  LambdaServiceException,
  ResourceInUseException,
  ResourceNotFoundException,
  TooManyRequestsException,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { nameOfArn } from '../../packages/local-lambda/template/account.ts';
import { Lasting } from '../road.ts';
import type { EventSource } from './event-source.ts';
import type { LambdaFunction } from './function.ts';

export interface LambdaParts {
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  readonly sources: readonly EventSource[];
  /** Environment variables of a function. */
  envOf(functionName: string): Readonly<Record<string, string>>;
  /** Its timeout in seconds. */
  timeoutOf(functionName: string): number | undefined;
}

export class LambdaApi {
  readonly #parts: LambdaParts;

  constructor(parts: LambdaParts) {
    this.#parts = parts;
  }

  /** Performs a command. @throws the service's refusal */
  perform(command: object): object {
    if (command instanceof GetEventSourceMappingCommand) {
      return described(this.#mapping(command.input.UUID));
    }
    if (command instanceof UpdateEventSourceMappingCommand) return this.#update(command.input);
    if (command instanceof GetFunctionConfigurationCommand) {
      const name = nameOfArn(command.input.FunctionName ?? '');
      const Timeout = this.#parts.timeoutOf(name);
      return { FunctionName: name, Environment: { Variables: this.#parts.envOf(name) }, Timeout };
    }
    if (command instanceof InvokeCommand) return this.#invoke(command.input);
    throw new Error(`${command.constructor.name} is not simulated`);
  }

  #update({ UUID, Enabled, ScalingConfig }: UpdateEventSourceMappingCommand['input']): object {
    const mapping = this.#mapping(UUID);
    const most = ScalingConfig?.MaximumConcurrency;
    if (most !== undefined && (most < 2 || most > 1_000)) {
      const $metadata = { httpStatusCode: 400 };
      const name = 'InvalidParameterValueException';
      throw new LambdaServiceException({ name, $fault: 'client', $metadata });
    }
    if (!mapping.change({ enabled: Enabled, concurrencyMax: most })) {
      const message = 'Cannot update the event source mapping because it is in use.';
      throw new ResourceInUseException({ message, $metadata: { httpStatusCode: 400 } });
    }
    return described(mapping);
  }

  #mapping(uuid: string | undefined): EventSource {
    const mapping = this.#parts.sources.find(({ plan }) => plan.uuid === uuid);
    if (mapping !== undefined) return mapping;
    throw new ResourceNotFoundException({ message: `no mapping ${uuid}`, $metadata: {} });
  }

  /** Waits for the outcome, as invocations of type RequestResponse do. */
  #invoke({ FunctionName = '', Payload }: InvokeCommand['input']): object {
    const target = this.#parts.functions.get(nameOfArn(FunctionName));
    if (target === undefined) {
      throw new ResourceNotFoundException({ message: FunctionName, $metadata: {} });
    }
    const event: unknown = JSON.parse(Buffer.from(Payload as Uint8Array).toString());
    let tell: ((answer: object) => void) | undefined;
    const refusal = target.invoke(event, (outcome) => {
      const payload =
        outcome.status === 'success'
          ? outcome.payload
          : JSON.stringify({ errorType: outcome.errorType, errorMessage: outcome.errorMessage });
      const failed = outcome.status === 'success' ? {} : { FunctionError: 'Unhandled' };
      tell?.({ StatusCode: 200, ...failed, Payload: Buffer.from(payload) });
    });
    if (refusal !== undefined) {
      throw new TooManyRequestsException({ message: refusal.errorMessage, $metadata: {} });
    }
    return new Lasting<Partial<InvokeCommandOutput>>((end) => {
      tell = end;
    });
  }
}

function described({
  plan,
  state,
  concurrencyMax,
}: EventSource): Partial<EventSourceMappingConfiguration> {
  return {
    UUID: plan.uuid,
    EventSourceArn: plan.queue.plan.arn,
    State: state,
    ScalingConfig: Number.isFinite(concurrencyMax) ? { MaximumConcurrency: concurrencyMax } : {},
  };
}

interface EnablingCommand {
  readonly input: { readonly UUID?: string; readonly Enabled: true };
}

/** Whether it enables a mapping. */
export const isEnabling = (command: object): command is EnablingCommand =>
  command.constructor.name === 'UpdateEventSourceMappingCommand' &&
  (command as { input: { Enabled?: boolean } }).input.Enabled === true;
