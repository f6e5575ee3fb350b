/**
 * Finds the audit log of a stage through its function, because CloudFormation chose the bucket's
 * name.
 */
import type { Bucket, Table } from '../../aws/handles.ts';
import { type Publishers, publishersSchema } from '../../core/audit/publishers.ts';
import { type Desk, HERE } from '../clients.ts';
import { findFunction } from '../stage-function.ts';

export interface AuditLog {
  readonly table: Table;
  readonly bucket: Bucket;
}

/** The names of its table and bucket. */
export interface AuditStage {
  readonly table: string;
  readonly bucket: string;
  /** ARN of the secret that keys the hashes of ids. */
  readonly hashKeyArn: string;
  /** Who may publish what to the log; undefined if an older version of the stack does not say. */
  readonly publishers: Publishers | undefined;
}

/** @throws UsageError or TargetError as `openTarget` does. */
export async function findAudit(stage: string, desk: Desk = HERE): Promise<AuditStage> {
  const { required, variable } = await findFunction(stage, 'audit', desk.lambda);
  return {
    table: required('auditTable'),
    bucket: required('auditBucket'),
    hashKeyArn: required('hashKeyArn'),
    publishers: publishersIn(variable('publishers')),
  };
}

function publishersIn(json: string | undefined): Publishers | undefined {
  return json === undefined ? undefined : publishersSchema.parse(JSON.parse(json));
}
