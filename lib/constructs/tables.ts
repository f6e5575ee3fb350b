/** The tables that every stack has. */
import {
  AttributeType,
  ProjectionType,
  type Table,
  type TableProps,
} from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { PHASE_INDEX } from '../../aws/incidents-index-names.ts';
import {
  FINGERPRINT_INDEX,
  FORMER_FINGERPRINT_INDEX,
  REQUEST_INDEX,
} from '../../aws/quarantine-index-names.ts';
import { MESSAGE_INDEX, PENDING_INDEX } from '../../aws/resources-index-names.ts';
import { acknowledge, NO_BACKUP_PLAN } from '../checks/acknowledgements.ts';
import { hasRates } from '../config/source-config.ts';
import { encryptedTable } from './encrypted-table.ts';
import type { Foundation } from './foundation.ts';

const text = (name: string) => ({ name, type: AttributeType.STRING });

export class Tables extends Construct {
  /** Current valid resource by `<source>#<type>#<id>`. */
  readonly resources: Table;
  /** Messages in trouble by original message id (expiring). */
  readonly quarantine: Table;
  /** Which messages each environment has, and which were in one that died (expiring). */
  readonly inFlight: Table;
  /** The breaker of each external service. */
  readonly breakers: Table;
  /** Restarts and desired state of each node of the supervision tree. */
  readonly supervision: Table;
  /** Crash events (expiring) and incidents by scope. */
  readonly incidents: Table;
  /** Messages of a source by minute (expiring); exists if a source has a rate. */
  readonly rates: Table | undefined;

  /** Which patients were erased, by keyed hash. */
  readonly erasures: Table;

  /** The readable copy of the audit log: entries by sequence, and the facts that it holds. */
  readonly audit: Table;

  constructor(scope: Construct, id: string, foundation: Foundation) {
    super(scope, id);
    const table = (name: string, props?: Pick<TableProps, 'sortKey' | 'timeToLiveAttribute'>) =>
      encryptedTable(this, name, foundation, props);

    this.resources = table('Resources');
    this.resources.addGlobalSecondaryIndex({
      indexName: PENDING_INDEX,
      partitionKey: text('deliveryShard'),
      sortKey: { name: 'deliveryDueAt', type: AttributeType.NUMBER },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.resources.addGlobalSecondaryIndex({
      indexName: MESSAGE_INDEX,
      partitionKey: text('messageId'),
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.inFlight = table('InFlight', {
      sortKey: text('sk'),
      timeToLiveAttribute: 'expiresAt',
    });
    this.breakers = table('Breakers');
    this.supervision = table('Supervision');
    this.quarantine = table('Quarantine', { timeToLiveAttribute: 'expiresAt' });
    if (foundation.config.keepFormerIndex) {
      this.quarantine.addGlobalSecondaryIndex({
        indexName: FORMER_FINGERPRINT_INDEX,
        partitionKey: text('fingerprint'),
        sortKey: { name: 'quarantinedAt', type: AttributeType.NUMBER },
        projectionType: ProjectionType.ALL,
      });
    }
    this.quarantine.addGlobalSecondaryIndex({
      indexName: FINGERPRINT_INDEX,
      partitionKey: text('fingerprintShard'),
      sortKey: { name: 'quarantinedAt', type: AttributeType.NUMBER },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.quarantine.addGlobalSecondaryIndex({
      indexName: REQUEST_INDEX,
      partitionKey: text('lastRequestId'),
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.incidents = table('Incidents', {
      sortKey: text('sk'),
      timeToLiveAttribute: 'expiresAt',
    });
    this.incidents.addGlobalSecondaryIndex({
      indexName: PHASE_INDEX,
      partitionKey: text('phase'),
      sortKey: { name: 'openedAt', type: AttributeType.NUMBER },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.rates = hasRates(foundation.config.sources)
      ? table('Rates', { timeToLiveAttribute: 'expiresAt' })
      : undefined;
    this.erasures = table('Erasures', { sortKey: text('sk') });
    this.audit = table('Audit', { sortKey: text('sk') });
    acknowledge(this, NO_BACKUP_PLAN);
  }
}
