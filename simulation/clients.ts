/** The SDK's clients as code on a host has them: `send` goes to the simulated services. */
import { S3Client } from '@aws-sdk/client-s3';
import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Clients } from '../aws/clients.ts';
import { CALL } from '../aws/patience.ts';
import { throughputExceeded } from './dynamo/refusals.ts';
import type { Faults } from './faults.ts';
import type { Host } from './host.ts';
import type { Scheduler } from './scheduler.ts';
import type { Services } from './services.ts';
import { type Patience, Wire } from './wire.ts';
import type { Witness } from './witness.ts';

const HASTY: Patience = { maxAttempts: 2, requestMs: 500 };
const LATENCY_MS = { dynamodb: 3, s3: 15, sns: 8, sqs: 6, secrets: 10 };

type Service = keyof typeof LATENCY_MS;
type Perform = (command: object) => object;

/** The roads to all services, which all hosts share. */
export function clientsFor(
  scheduler: Scheduler,
  services: Services,
  faults: () => Faults,
  witness: Witness,
) {
  const wires = new Map<Service, Wire>();
  for (const [service, latencyMs] of Object.entries(LATENCY_MS) as [Service, number][]) {
    const throttling = service === 'dynamodb' ? throughputExceeded : throttled;
    const road = { service, latencyMs, faults: () => faults().calls, throttling };
    wires.set(service, new Wire(scheduler, road));
  }
  return (host: Host, senderId: string): Clients => {
    const to = (service: Service, perform: Perform, patience: Patience = CALL) => ({
      send: (command: object) => {
        witness.tell({ kind: 'called', service, command }, host);
        return (wires.get(service) as Wire).call(host, patience, {
          name: command.constructor.name,
          perform: () => witness.as(host, () => perform(command)),
        });
      },
    });
    const { dynamo, s3, sns, sqs } = services;
    const toTables: Perform = (command) => dynamo.perform(command);
    return {
      dynamo: seam(DynamoDBDocumentClient, to('dynamodb', toTables)),
      hastyDynamo: seam(DynamoDBDocumentClient, to('dynamodb', toTables, HASTY)),
      s3: seam(
        S3Client,
        to('s3', (command) => s3.perform(command)),
      ),
      sns: seam(
        SNSClient,
        to('sns', (command) => sns.perform(command)),
      ),
      sqs: seam(
        SQSClient,
        to('sqs', (command) => sqs.perform(command, senderId)),
      ),
      secrets: seam(
        SecretsManagerClient,
        to('secrets', (command) => secretOf(services, command)),
      ),
    };
  };
}

/** The SDK's paginators ask what class a client is of. */
function seam<T extends object>(
  type: { prototype: T },
  way: { send(command: object): Promise<object> },
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

function throttled(): Error {
  const error = new Error('Rate exceeded');
  const $retryable = { throttling: true };
  return Object.assign(error, {
    name: 'ThrottlingException',
    $fault: 'client',
    $retryable,
    $metadata: {},
  });
}
