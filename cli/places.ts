/** Tables, buckets and queues of AWS by their names, reached by the clients of this process. */
import { makeDynamo, makeS3, makeSecrets } from '../aws/clients.ts';
import { HashKey } from '../aws/keyed-hash.ts';
import type { Bucket, Table } from '../aws/places.ts';

const once = <T>(make: () => T) => {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
};
const dynamo = once(makeDynamo);
const s3 = once(() => makeS3(process.env));
const secrets = once(makeSecrets);

export const tableNamed = (name: string): Table => ({ name, dynamo: dynamo() });
export const bucketNamed = (name: string): Bucket => ({ name, s3: s3() });
export const hashKeyIn = (arn: string) => new HashKey({ arn, secrets: secrets() });
