/** The dependencies of the steps of `incident`. */
import pLimit, { type LimitFunction } from 'p-limit';
import type { AuditQueue } from '../../aws/audit-queue.ts';
import type { Clients } from '../../aws/clients.ts';
import type { Queue, Topic } from '../../aws/handles.ts';
import { HashKey } from '../../aws/keyed-hash.ts';
import type { Surroundings } from '../../aws/surroundings.ts';
import type { VersionedTable } from '../../aws/versioned-item.ts';
import type { Audience } from '../../core/incident/incident-steps.ts';
import type { Log } from '../../telemetry/log.ts';
import type { IncidentEnv } from './env.ts';
import type { IncidentSettings } from './settings.ts';

export interface IncidentDeps
  extends Surroundings,
    Pick<Clients, 'dynamo' | 'sqs' | 'sns' | 'secrets'> {
  readonly env: IncidentEnv;
}

export interface IncidentParts {
  readonly stage: string;
  readonly settings: IncidentSettings;
  readonly table: VersionedTable;
  readonly auditQueue: AuditQueue;
  readonly supervisorQueue: Queue;
  readonly topics: Readonly<Record<Audience, Topic>>;
  readonly hashKey: HashKey;
  readonly writes: LimitFunction;
  readonly logger: Log;
  readonly now: () => number;
}

/**
 * Writes in flight in one environment. Two environments read the queue, so six writes are in flight; at 6
 * ms each those are the thousand a second that one partition accepts.
 */
const WRITES_MAX = 3;

export function partsOf(deps: IncidentDeps): IncidentParts {
  const { env, dynamo, sqs, sns, secrets, telemetry, now, randomId } = deps;
  const { stage, settings } = env;
  return {
    stage,
    settings,
    table: { name: env.table, dynamo, newToken: randomId },
    auditQueue: { url: env.auditQueueUrl, sqs, secret: randomId() },
    supervisorQueue: { url: env.supervisorQueueUrl, sqs },
    topics: {
      oncall: { arn: env.oncallTopicArn, sns },
      management: { arn: env.managementTopicArn, sns },
    },
    hashKey: new HashKey({ arn: env.hashKeyArn, secrets }),
    writes: pLimit(WRITES_MAX),
    logger: telemetry.logger,
    now,
  };
}
