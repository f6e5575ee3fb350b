/** The clients of a command, and tables, buckets and queues of AWS by their names, reached from a desk. */
import type { AuditQueue } from '../aws/audit-queue.ts';
import { HASTY_CALL, PERSONS_CALL } from '../aws/call-timeouts.ts';
import {
  type CallSettings,
  type Clients,
  makeDynamo,
  makeS3,
  makeSecrets,
  makeSqs,
} from '../aws/clients.ts';
import type { Bucket, Queue, Table } from '../aws/handles.ts';
import { HashKey } from '../aws/keyed-hash.ts';
import { type LambdaClients, makeLambda } from '../aws/lambda-clients.ts';
import { type Machine, realMachine } from '../aws/machine.ts';
import type { VersionedTable } from '../aws/versioned-item.ts';
import { OVER_PROXY, PROXY_ENV } from '../terminal/proxy.ts';

/** The computer on which a command runs: its clients, its clock and its randomness. */
export interface Desk
  extends Machine,
    Pick<Clients, 'sqs' | 's3' | 'dynamo' | 'hastyDynamo' | 'secrets'>,
    Pick<LambdaClients, 'lambda'> {
  /** IAM's unique id of whoever sits there. */
  readonly callerId: () => Promise<string>;
}

const once = <T>(make: () => T) => {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
};
const PERSON: CallSettings = { ...PERSONS_CALL, proxyEnv: PROXY_ENV };
const dynamo = once(() => makeDynamo(PERSON));
const hastyDynamo = once(() => makeDynamo({ ...PERSON, ...HASTY_CALL }));
const s3 = once(() => makeS3(process.env, PERSON));
const secrets = once(() => makeSecrets(PERSON));
export const sqsClient = once(() => makeSqs(PERSON));
export const lambdaClient = once(() => makeLambda(PERSON));

/** This process; a client is made when it is first needed. */
export const HERE: Desk = {
  ...realMachine,
  get dynamo() {
    return dynamo();
  },
  get hastyDynamo() {
    return hastyDynamo();
  },
  get s3() {
    return s3();
  },
  get secrets() {
    return secrets();
  },
  get sqs() {
    return sqsClient();
  },
  get lambda() {
    return lambdaClient();
  },
  async callerId() {
    const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
    const { UserId = '' } = await new STSClient(OVER_PROXY).send(new GetCallerIdentityCommand({}));
    return UserId;
  },
};

export const tableNamed = (name: string, desk: Desk = HERE): VersionedTable => ({
  name,
  dynamo: desk.dynamo,
  newToken: desk.randomId,
});
/** For callers that prefer no answer to a wait. */
export const hastyTableNamed = (name: string, desk: Desk = HERE): Table => ({
  name,
  dynamo: desk.hastyDynamo,
});
export const bucketNamed = (name: string, desk: Desk = HERE): Bucket => ({ name, s3: desk.s3 });
export const queueAt = (url: string, desk: Desk = HERE): Queue => ({ url, sqs: desk.sqs });
export const auditQueueAt = (url: string, desk: Desk = HERE): AuditQueue => ({
  ...queueAt(url, desk),
  secret: desk.randomId(),
});
export const hashKeyIn = (arn: string, desk: Desk = HERE) =>
  new HashKey({ arn, secrets: desk.secrets });
