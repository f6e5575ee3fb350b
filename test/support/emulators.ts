/**
 * SQS, SNS, S3, DynamoDB and Secrets Manager in this process, on loopback, for handlers with their real SDK
 * clients.
 */

import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';
import { type BuildAppOptions, buildApp } from 'fauxqs';
import { takeEmptyObjects } from '../../packages/local-lambda/emulators/fauxqs-fixes.ts';
import { createStores } from '../../packages/local-lambda/emulators/fauxqs-stores.ts';
import { addGuardedObjects } from '../../packages/local-lambda/emulators/guarded-objects.ts';
import { parseAllOnce } from '../../packages/local-lambda/emulators/parsed-expressions.ts';
import {
  type ItemModule,
  refuseItems,
} from '../../packages/local-lambda/emulators/refused-items.ts';
import { refuseObjects } from '../../packages/local-lambda/emulators/refused-objects.ts';
import { addVersionedBuckets } from '../../packages/local-lambda/emulators/versioned-buckets.ts';
import { startSecretsManager } from '../../packages/local-lambda/secrets.ts';
import { resetTime } from './clock.ts';
import { setVariables } from './set-variables.ts';

/** The only secret. */
export const HASH_KEY_ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:hash-key';

export interface Emulators {
  stop(): Promise<void>;
}

/**
 * What a test itself asks the emulators uses neither an SDK nor a socket: that takes a twentieth of the
 * time.
 */
interface Inside {
  readonly messaging: ReturnType<typeof buildApp>;
  readonly stores: NonNullable<BuildAppOptions['stores']>;
  readonly endpoint: string;
  readonly tables: TableStore;
  /** Environment variables for the SDK's clients. */
  readonly variables: Readonly<Record<string, string>>;
}

/** The part of dynalite that its actions use. */
type TableStore = Readonly<Record<'table store', never>>;
type TableAction = 'createTable' | 'describeTable' | 'scan';

const require = createRequire(import.meta.url);
let started: Promise<Inside> | undefined;
let running: Inside | undefined;

export function inside(): Inside {
  if (running === undefined) throw new Error('no emulators run in this process');
  return running;
}

/**
 * Points the SDK's own environment variables at all of them. They are started once for each process,
 * because some clients live as long; a file that stops them leaves nothing in them.
 */
export async function startEmulators(): Promise<Emulators> {
  started ??= start();
  running = await started;
  const { stores, variables } = running;
  const restore = setVariables(variables);
  return {
    async stop() {
      running = undefined;
      restore();
      resetTime();
      for (const store of Object.values(stores)) store.purgeAll();
    },
  };
}

async function start(): Promise<Inside> {
  const stores = await createStores();
  const messaging = buildApp({ logger: false, stores });
  takeEmptyObjects(messaging);
  refuseObjects(messaging);
  addGuardedObjects(messaging);
  addVersionedBuckets(messaging, stores.s3Store);
  const endpoint = await messaging.listen({ host: '127.0.0.1', port: 0 });
  const secrets = await startSecretsManager(new Map([[HASH_KEY_ARN, 'of the tests']]));
  const { server, store: tables } = startDynalite();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const variables = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_SQS: endpoint,
    AWS_ENDPOINT_URL_SNS: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${port}`,
  };
  return { messaging, stores, endpoint, tables, variables };
}

/** dynalite keeps its store private, and makes it by this function. */
function startDynalite(): { server: Server; store: TableStore } {
  const db = require('dynalite/db') as { create(options: object): TableStore } & ItemModule;
  refuseItems(db);
  parseAllOnce();
  const { create } = db;
  let store: TableStore | undefined;
  db.create = (options) => {
    store = create(options);
    return store;
  };
  const server = dynalite({ createTableMs: 0 });
  db.create = create;
  if (store === undefined) throw new Error('dynalite made no store');
  return { server, store };
}

/** One of its actions, as if a request had come. */
export function onTables<T>(action: TableAction, input: object): Promise<T> {
  const act = require(`dynalite/actions/${action}`);
  return new Promise((resolve, reject) => {
    act(inside().tables, input, (error: Error | null, output: T) => {
      if (error) reject(error);
      else resolve(output);
    });
  });
}

/** An action of SQS. */
export async function onQueues<T>(action: string, input: object): Promise<T> {
  const { messaging, endpoint } = inside();
  const answer = await messaging.inject({
    method: 'POST',
    url: '/',
    headers: {
      'x-amz-target': `AmazonSQS.${action}`,
      'content-type': 'application/x-amz-json-1.0',
      host: new URL(endpoint).host,
    },
    payload: JSON.stringify(input),
  });
  if (answer.statusCode !== 200) throw new Error(`${action}: ${answer.body}`);
  return answer.json();
}
