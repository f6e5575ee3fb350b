/** Tables, buckets and queues of a world as arguments for adapters, reached by the tests' own clients. */
import { randomUUID } from 'node:crypto';
import type { AuditQueue } from '../../aws/audit-queue.ts';
import type { Clients } from '../../aws/clients.ts';
import type { Bucket } from '../../aws/handles.ts';
import type { VersionedTable } from '../../aws/versioned-item.ts';
import { testClients } from './clients.ts';

export const tableAt = (
  name: string,
  { dynamo }: Pick<Clients, 'dynamo'> = testClients(),
): VersionedTable => ({ name, dynamo, newToken: randomUUID });

export const bucketAt = (name: string, { s3 }: Pick<Clients, 's3'> = testClients()): Bucket => ({
  name,
  s3,
});

/** Any queue; one of the audit needs a secret too. */
export const queueAt = (
  { url }: { readonly url: string },
  { sqs }: Pick<Clients, 'sqs'> = testClients(),
): AuditQueue => ({ url, sqs, secret: randomUUID() });
