/** SQS, SNS, S3, DynamoDB and Secrets Manager in this process, on loopback, for handlers with their real SDK clients. */

import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';
import { type BuildAppOptions, buildApp } from 'fauxqs';
import { takeEmptyObjects } from '../../packages/local-lambda/emulators/fauxqs-mends.ts';
import { createStores } from '../../packages/local-lambda/emulators/fauxqs-stores.ts';
import { addGuardedObjects } from '../../packages/local-lambda/emulators/guarded-objects.ts';
import { addVersionedBuckets } from '../../packages/local-lambda/emulators/versioned-buckets.ts';
import { startSecretsManager } from '../../packages/local-lambda/secrets.ts';
import { resetTime } from './clock.ts';

/** The one secret that there is. */
export const HASH_KEY_ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:hash-key';

export interface Emulators {
  stop(): Promise<void>;
}

/** What a test asks the emulators itself goes neither through an SDK nor through a socket: that takes a twentieth of the time. */
interface Inside {
  readonly messaging: ReturnType<typeof buildApp>;
  readonly stores: NonNullable<BuildAppOptions['stores']>;
  readonly endpoint: string;
  readonly tables: TableStore;
}

/** Of dynalite: what its actions work on. */
type TableStore = Readonly<Record<'table store', never>>;
type TableAction = 'createTable' | 'scan';

const require = createRequire(import.meta.url);
let running: Inside | undefined;

export function inside(): Inside {
  if (running === undefined) throw new Error('no emulators run in this process');
  return running;
}

/** Starts all and points the SDK's own environment variables at them. */
export async function startEmulators(): Promise<Emulators> {
  const stores = await createStores();
  const fauxqs = buildApp({ logger: false, stores });
  takeEmptyObjects(fauxqs);
  addGuardedObjects(fauxqs);
  addVersionedBuckets(fauxqs, stores.s3Store);
  const endpoint = await fauxqs.listen({ host: '127.0.0.1', port: 0 });
  const secrets = await startSecretsManager(new Map([[HASH_KEY_ARN, 'of the tests']]));
  const { server: dynamo, store } = startDynalite();
  await new Promise<void>((resolve) => dynamo.listen(0, '127.0.0.1', resolve));
  const { port } = dynamo.address() as AddressInfo;
  running = { messaging: fauxqs, stores, endpoint, tables: store };
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_SQS: endpoint,
    AWS_ENDPOINT_URL_SNS: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${port}`,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
  });
  return {
    async stop() {
      running = undefined;
      resetTime();
      await fauxqs.close();
      await secrets.stop();
      dynamo.closeAllConnections();
      await new Promise((resolve) => dynamo.close(resolve));
    },
  };
}

/** It keeps its store to itself, and makes it by this function. */
function startDynalite(): { server: Server; store: TableStore } {
  const db = require('dynalite/db') as { create(options: object): TableStore };
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
