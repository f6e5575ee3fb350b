/** The dependencies of the steps of `supervisor`. */
import type { AuditQueue } from '../../aws/audit-queue.ts';
import { breakersTable } from '../../aws/breakers-table.ts';
import type { Clients } from '../../aws/clients.ts';
import type { Queue } from '../../aws/handles.ts';
import type { LambdaClients } from '../../aws/lambda-clients.ts';
import type { Surroundings } from '../../aws/surroundings.ts';
import type { VersionedTable } from '../../aws/versioned-item.ts';
import type { Publishers } from '../../core/audit/publishers.ts';
import type { BreakerStore } from '../../core/breaker/breaker-store.ts';
import type { Supervisor } from '../../core/supervision/supervision-tree.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { SupervisorEnv } from './env.ts';
import type { SupervisorSettings } from './settings.ts';
import { Tree } from './tree.ts';

export interface SupervisorDeps
  extends Surroundings,
    LambdaClients,
    Pick<Clients, 'dynamo' | 'hastyDynamo' | 'sqs'> {
  readonly env: SupervisorEnv;
  readonly tree: Supervisor;
}

export interface SupervisorParts
  extends Pick<SupervisorDeps, 'lambda' | 'waitingLambda' | 'sqs' | 'now' | 'randomId'> {
  readonly settings: SupervisorSettings;
  readonly table: VersionedTable;
  readonly incidentQueue: Queue;
  readonly auditQueue: AuditQueue;
  readonly publishers: Publishers;
  readonly breakers: BreakerStore | undefined;
  readonly deliveryServices: readonly string[];
  readonly tree: Tree;
  readonly logger: Log;
  readonly emit: Telemetry['emit'];
}

export function partsOf(deps: SupervisorDeps): SupervisorParts {
  const { env, dynamo, hastyDynamo, sqs, telemetry, randomId } = deps;
  const { settings, publishers, deliveryServices, lanes, breakersTable: breakers } = env;
  return {
    ...deps,
    ...{ settings, publishers, deliveryServices },
    tree: new Tree(deps.tree, lanes),
    table: { name: env.table, dynamo, newToken: randomId },
    incidentQueue: { url: env.incidentQueueUrl, sqs },
    auditQueue: { url: env.auditQueueUrl, sqs, secret: randomId() },
    breakers:
      breakers === undefined ? undefined : breakersTable({ name: breakers, dynamo: hastyDynamo }),
    logger: telemetry.logger,
    emit: telemetry.emit,
  };
}
