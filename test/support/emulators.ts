/** SQS, SNS, S3, DynamoDB and Secrets Manager in this process, on loopback, for handlers with their real SDK clients. */

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';
import { buildApp } from 'fauxqs';
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

/** Starts both and points the SDK's own environment variables at them. */
export async function startEmulators(): Promise<Emulators> {
  const stores = await createStores();
  const fauxqs = buildApp({ logger: false, stores });
  takeEmptyObjects(fauxqs);
  addGuardedObjects(fauxqs);
  addVersionedBuckets(fauxqs, stores.s3Store);
  const messaging = await fauxqs.listen({ host: '127.0.0.1', port: 0 });
  const secrets = await startSecretsManager(new Map([[HASH_KEY_ARN, 'of the tests']]));
  const dynamo: Server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => dynamo.listen(0, '127.0.0.1', resolve));
  const { port } = dynamo.address() as AddressInfo;
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_SQS: messaging,
    AWS_ENDPOINT_URL_SNS: messaging,
    AWS_ENDPOINT_URL_S3: messaging,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${port}`,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
  });
  return {
    async stop() {
      resetTime();
      await fauxqs.close();
      await secrets.stop();
      dynamo.closeAllConnections();
      await new Promise((resolve) => dynamo.close(resolve));
    },
  };
}
