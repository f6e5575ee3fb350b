/** Tables, buckets and queues of AWS by their names, with the clients of this process. */
import { randomUUID } from 'node:crypto';
import type { AuditQueue } from '../aws/audit-queue.ts';
import type { BodySource } from '../aws/bodies-bucket.ts';
import { makeDynamo, makeHastyDynamo, makeS3, makeSecrets, makeSqs } from '../aws/clients.ts';
import { HashKey } from '../aws/keyed-hash.ts';
import { makeLambda } from '../aws/lambda-clients.ts';
import { realMachine } from '../aws/machine.ts';
import { PERSONS_CALL } from '../aws/patience.ts';
import type { Bucket, Queue, Table } from '../aws/places.ts';
import type { VersionedTable } from '../aws/versioned-item.ts';

const once = <T>(make: () => T) => {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
};
const dynamo = once(() => makeDynamo(PERSONS_CALL));
const hastyDynamo = once(makeHastyDynamo);
const s3 = once(() => makeS3(process.env, PERSONS_CALL));
const secrets = once(() => makeSecrets(PERSONS_CALL));
export const sqsClient = once(() => makeSqs(PERSONS_CALL));
export const lambdaClient = once(() => makeLambda(PERSONS_CALL));

export const tableNamed = (name: string): VersionedTable => ({
  name,
  dynamo: dynamo(),
  newToken: randomUUID,
});
/** For callers that would rather have no answer than wait. */
export const hastyTableNamed = (name: string): Table => ({ name, dynamo: hastyDynamo() });
export const bucketNamed = (name: string): Bucket => ({ name, s3: s3() });
export const queueAt = (url: string): Queue => ({ url, sqs: sqsClient() });
export const auditQueueAt = (url: string): AuditQueue => ({
  ...queueAt(url),
  secret: randomUUID(),
});
export const bodySource = (): BodySource => ({ s3: s3(), later: realMachine.later });
export const hashKeyIn = (arn: string) => new HashKey({ arn, secrets: secrets() });
