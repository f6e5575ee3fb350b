/** The SDK's clients for code on a host. `send` goes to the simulated services. */
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { CALL, HASTY_CALL, INVOCATION_TIMEOUT_MS } from '../aws/call-timeouts.ts';
import type { Clients } from '../aws/clients.ts';
import type { LambdaClients } from '../aws/lambda-clients.ts';
import { endOfWork } from '../telemetry/invocation.ts';
import { fateOf } from './coincidences/late-writes.ts';
import type { Faults } from './faults.ts';
import type { Host } from './host.ts';
import type { LambdaApi } from './lambda/lambda-api.ts';
import { downBy } from './outages.ts';
import type { Patience } from './road.ts';
import type { Scheduler } from './scheduler.ts';
import { failedBy, type Service, throttledBy } from './service-errors.ts';
import type { Services } from './services.ts';
import { Wire } from './wire.ts';
import type { Witness } from './witness.ts';

/** For a call that waits for a long time and is not retried. */
const WAITING: Patience = { maxAttempts: 1, requestMs: INVOCATION_TIMEOUT_MS };
const ONCE: Patience = { ...HASTY_CALL, maxAttempts: 1 };
const LATENCY_MS: Readonly<Record<Service, number>> = {
  dynamodb: 3,
  s3: 15,
  sns: 8,
  sqs: 6,
  secrets: 10,
  lambda: 30,
};

export const SERVICES = Object.keys(LATENCY_MS) as Service[];

export interface Roads {
  readonly scheduler: Scheduler;
  readonly services: Services;
  /** A function, because functions are deployed after they got their clients. */
  lambda(): LambdaApi;
  faults(): Faults;
  readonly witness: Witness;
  /** Whether somebody lets that late call arrive. */
  held(command: object, arrive: () => void): boolean;
}

/** How all hosts reach the services. */
export function clientsFor({ scheduler, services, lambda, faults, witness, held }: Roads) {
  const { dynamo, s3, sns, sqs } = services;
  const wireTo = (service: Service) =>
    new Wire(scheduler, {
      service,
      latencyMs: LATENCY_MS[service],
      faults: () => faults().calls,
      throttling: (which) => throttledBy(service, which),
      failure: (which) => failedBy(service, which),
      down: (place) => downBy(faults().outages, service, place, scheduler),
    });
  const wires = Object.fromEntries(SERVICES.map((service) => [service, wireTo(service)])) as Record<
    Service,
    Wire
  >;
  const performs: Record<Service, (command: object, senderId: string) => object> = {
    dynamodb: (command) => dynamo.perform(command),
    s3: (command) => s3.perform(command),
    sns: (command) => sns.perform(command),
    sqs: (command, senderId) => sqs.perform(command, senderId),
    secrets: (command) => secretOf(services, command),
    lambda: (command) => lambda().perform(command),
  };
  return (host: Host, senderId: string, usual: Patience = CALL): Clients & LambdaClients => {
    const to = (service: Service, timeouts: Patience = usual) => ({
      send(command: object, { abortSignal: signal }: SendOptions = {}): Promise<object> {
        // After its work has ended nothing is sent.
        if (!endOfWork()?.aborted) witness.tell({ kind: 'called', service, command }, host);
        const isOnce = timeouts === HASTY_CALL && isSentOnce(command);
        return wires[service].call(host, isOnce ? ONCE : timeouts, {
          name: command.constructor.name,
          place: placeOf(command),
          signal,
          fated(number) {
            const { coincidences, functions } = faults();
            return fateOf(command, host, coincidences, { number, stallMs: functions.stallMs });
          },
          held: (arrive) => held(command, arrive),
          befell: (fate, before) =>
            witness.tell({ kind: 'befell', service, command, fate, before }, host),
          failed: (error) => witness.tell({ kind: 'failed', service, command, error }, host),
          perform: () => witness.as(host, () => performs[service](command, senderId)),
        });
      },
    });
    return {
      dynamo: seam(DynamoDBDocumentClient, to('dynamodb')),
      hastyDynamo: seam(DynamoDBDocumentClient, to('dynamodb', HASTY_CALL)),
      s3: seam(S3Client, to('s3')),
      sns: seam(SNSClient, to('sns')),
      sqs: seam(SQSClient, to('sqs')),
      secrets: seam(SecretsManagerClient, to('secrets')),
      lambda: seam(LambdaClient, to('lambda')),
      waitingLambda: seam(LambdaClient, to('lambda', WAITING)),
    };
  };
}

interface SendOptions {
  readonly abortSignal?: AbortSignal;
}

/** Whether the command's own middleware keeps the SDK from retrying it (aws/rates-table.ts). */
function isSentOnce(command: object): boolean {
  if (!(command instanceof UpdateCommand)) return false;
  return command.middlewareStack.identify().some((name) => name.startsWith('sendOnce'));
}

/** The table of a command. It may be down while the others are not. */
function placeOf(command: object): string | undefined {
  const { input } = command as { input?: { TableName?: string } };
  return input?.TableName;
}

/** Keeps the class of the client, because the SDK's paginators check it. */
function seam<T extends object>(
  type: { prototype: T },
  way: { send(command: object, options?: SendOptions): Promise<object> },
): T {
  return Object.assign(Object.create(type.prototype), way);
}

function secretOf({ secrets }: Services, command: object): object {
  if (!(command instanceof GetSecretValueCommand)) {
    throw new Error(`${command.constructor.name} is not simulated`);
  }
  const SecretString = secrets.get(command.input.SecretId ?? '');
  if (SecretString !== undefined) return { SecretString };
  throw new ResourceNotFoundException({ message: 'no such secret', $metadata: {} });
}
