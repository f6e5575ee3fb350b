/** What keeps data: the tables, the bodies, the key of their hashes, the audit log. */
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { Audit } from './audit.ts';
import { Bodies } from './bodies.ts';
import type { Foundation } from './foundation.ts';
import { HashKey } from './hash-key.ts';
import { Tables } from './tables.ts';

export type Stores = ReturnType<typeof addStores>;

export function addStores(scope: Construct, foundation: Foundation) {
  const tables = new Tables(scope, 'Tables', foundation);
  const bodies = new Bodies(scope, 'Bodies', foundation);
  const hashKey = new HashKey(scope, 'Hash', foundation);
  // The CDK's own types do not hold under exactOptionalPropertyTypes: a Bucket is an IBucket.
  const accessLogs = bodies.accessLogs as IBucket;
  const audit = new Audit(scope, 'Audit', foundation, { table: tables.audit, hashKey, accessLogs });
  return { tables, bodies, hashKey, accessLogs, audit };
}
