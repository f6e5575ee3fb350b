/** Everything that invokes functions: event source mappings, log subscriptions and minute rules. */
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Clients, Endpoints } from './clients.ts';
import { type FailedBatch, startMappings } from './event-source/mappings.ts';
import type { Mischief } from './event-source/mischief.ts';
import type { SwitchedMapping } from './event-source/switched-mapping.ts';
import { startAsyncInvocations } from './lambda/async-invocations.ts';
import type { FunctionSpec } from './lambda/function-spec.ts';
import type { LambdaHost } from './lambda/host.ts';
import type { PlatformLog } from './lambda/platform-log.ts';
import type { LogDelivery } from './logs/pieces.ts';
import { startLogSubscriptions } from './logs/subscriptions.ts';
import { type Clock, startSchedule } from './schedule.ts';
import { type Plan, queueUrlOf } from './template/plan.ts';

export type TriggersContext = {
  clients: Clients;
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

export type Triggers = {
  mappings: readonly SwitchedMapping[];
  /**
   * Number of messages in the queues that count, log lines and asynchronous invocations in
   * progress.
   */
  inFlight(counts?: (queueName: string) => boolean): number;
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
    ...queues,
    ...{ functions, host, mischief, log, onFailedBatch },
  });
  return {
    mappings: mappings.all,
    inFlight: (counts = () => true) =>
      mappings.inFlight(counts) + logs.pending() + asyncInvocations.pending(),
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
