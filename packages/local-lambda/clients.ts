import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { ACCOUNT } from './template/account.ts';

/** The emulators' endpoints. SNS and S3 share SQS's. */
export type Endpoints = { sqs: string; dynamodb: string };

/** The one endpoint that functions and operators use. */
export type ServiceEndpoints = Endpoints & { lambda: string; secretsmanager: string };

/** The runtime's own clients; they call the emulators directly. */
export type Clients = { sqs: SQSClient; sns: SNSClient; s3: S3Client; dynamodb: DynamoDBClient };

const SOCKETS_MAX = 256;

/** @param accessKeyId for another principal than the account (see sent-attributes.ts) */
export function createClients(
  endpoints: Endpoints,
  { accessKeyId = ACCOUNT.credentials.accessKeyId }: { readonly accessKeyId?: string } = {},
): Clients {
  const credentials = { ...ACCOUNT.credentials, accessKeyId };
  const account = {
    region: ACCOUNT.region,
    credentials,
    // Also if the user's own AWS settings say otherwise: an emulator has no other endpoints.
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
  };
  const shared = { ...account, endpoint: endpoints.sqs };
  return {
    sqs: new SQSClient({
      ...shared,
      useQueueUrlAsEndpoint: false,
      // Over loopback, bodies need no checksum.
      md5: false,
      // Each mapping holds a connection in its long poll, and more while its batch fills.
      requestHandler: { httpAgent: { maxSockets: SOCKETS_MAX } },
    }),
    sns: new SNSClient(shared),
    s3: new S3Client({ ...shared, forcePathStyle: true }),
    dynamodb: new DynamoDBClient({ ...account, endpoint: endpoints.dynamodb }),
  };
}

export function destroyClients(clients: Clients): void {
  for (const client of Object.values(clients)) client.destroy();
}
