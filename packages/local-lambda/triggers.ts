/** Everything that invokes functions: event source mappings, log subscriptions and minute rules. */
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Clients, Endpoints } from './clients.ts';
import type { Call } from './emulators/calls.ts';
import type { Mischief } from './event-source/duplicates-and-reordering.ts';
import { type FailedBatch, startMappings } from './event-source/mappings.ts';
import type { SwitchedMapping } from './event-source/switched-mapping.ts';
import { startAsyncInvocations } from './lambda/async-invocations.ts';
import type { FunctionSpec } from './lambda/function-spec.ts';
import type { LambdaHost } from './lambda/host.ts';
import type { PlatformLog } from './lambda/platform-log.ts';
import type { LogDelivery } from './logs/delivery-delay.ts';
import { startLogSubscriptions } from './logs/subscriptions.ts';
import { type Clock, startSchedule } from './schedule.ts';
import { type Plan, queueUrlOf } from './template/plan.ts';

export type TriggersContext = {
  clients: Clients;
  /** Of SQS. */
  call: Call;
  endpoints: Endpoints;
  functions: Map<string, FunctionSpec>;
  host: LambdaHost;
  platformLog: PlatformLog;
  clock: Clock;
  mischief: Mischief;
  logDelivery: LogDelivery;
  log: (line: string) => void;
  onFailedBatch: (failed: FailedBatch) => void;
};

/** Number of messages, lines and events outside of the queues. */
export type UnderWay = {
  /** Messages that pollers hold, and copies of deleted ones, of the queues that count. */
  readonly polled: number;
  /** Log lines on their way to a subscriber. */
  readonly logLines: number;
  /** Asynchronous invocations, also those that wait for their next try. */
  readonly asyncInvocations: number;
};

export type Triggers = {
  mappings: readonly SwitchedMapping[];
  /** Number of messages, lines and events outside of the queues. */
  underWay(counts?: (queueName: string) => boolean): UnderWay;
  stop(): Promise<void>;
};

/** How long running invocations may take at the end before they are killed. */
const STOP_GRACE_MS = 3000;

export function startTriggers(plan: Plan, context: TriggersContext): Triggers {
  const { functions, host, log, mischief, onFailedBatch } = context;
  const queues = { sqs: context.clients.sqs, endpoint: context.endpoints.sqs };
  const asyncInvocations = startAsyncInvocations(host, queues, log);
  const logs = startLogSubscriptions(
    plan.logSubscriptions,
    functions,
    asyncInvocations,
    context.logDelivery,
    mischief.random,
  );
  context.platformLog.listen(logs.hear);
  const schedule = startSchedule(plan.rules, context.clock, {
    functions,
    asyncInvocations,
    sendMessage: (queue, body) => wake(queues, queue, body, log),
  });
  const mappings = startMappings(plan.mappings, {
    endpoint: context.endpoints.sqs,
    call: context.call,
    ...{ functions, host, mischief, log, onFailedBatch },
  });
  return {
    mappings: mappings.all,
    underWay: (counts = () => true) => ({
      polled: mappings.inFlight(counts),
      logLines: logs.pending(),
      asyncInvocations: asyncInvocations.pending(),
    }),
    async stop() {
      await mappings.stop(STOP_GRACE_MS);
      schedule.stop();
      logs.stop();
      asyncInvocations.stop();
    },
  };
}

/** A lost wake-up, for example during the shutdown, is replaced by the next one. */
function wake(
  { sqs, endpoint }: { sqs: SQSClient; endpoint: string },
  queue: string,
  MessageBody: string,
  log: (line: string) => void,
): void {
  const send = new SendMessageCommand({ QueueUrl: queueUrlOf(queue, endpoint), MessageBody });
  sqs.send(send).catch((error: Error) => log(`${queue} was not woken: ${error.message}`));
}
