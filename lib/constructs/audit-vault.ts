/**
 * The bucket of the audit log, and its own key (R41). Both outlive the stack in every stage: locked objects
 * cannot be deleted, and could not be read without the key. CloudFormation names the bucket, so that the
 * next stack of a stage can have another.
 */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type IBucket,
  ObjectLockRetention,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge, NO_REPLICATION } from '../checks/acknowledgements.ts';
import { AUDIT_RETENTION_DAYS } from '../config/audit-retention.ts';
import { type Foundation, stagePolicy } from './foundation.ts';

const retention = (production: boolean) =>
  production
    ? ObjectLockRetention.compliance(Duration.days(AUDIT_RETENTION_DAYS))
    : ObjectLockRetention.governance(Duration.days(1));

export class AuditVault extends Construct {
  readonly bucket: Bucket;
  readonly key: Key;

  constructor(scope: Construct, id: string, { config }: Foundation, accessLogs: IBucket) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      alias: `alias/fhir-failsafe-${config.stage}-audit`,
      description: `Audit log of fhir-failsafe ${config.stage}`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
      pendingWindow: stagePolicy(config).keyPendingWindow,
    });
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      objectLockEnabled: true,
      objectLockDefaultRetention: retention(config.production),
      encryption: BucketEncryption.KMS,
      encryptionKey: this.key,
      bucketKeyEnabled: true,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      serverAccessLogsBucket: accessLogs,
      serverAccessLogsPrefix: 'audit/',
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.deny('Delete', [
      's3:BypassGovernanceRetention',
      's3:DeleteObject',
      's3:DeleteObjectVersion',
      's3:PutObjectLegalHold',
      's3:PutObjectRetention',
    ]);
    acknowledge(this, NO_REPLICATION);
  }

  /** Denied to all but this role, whatever their own policies allow. */
  onlyPutBy(role: IRole): void {
    this.deny('Put', ['s3:PutObject'], { ArnNotEquals: { 'aws:PrincipalArn': role.roleArn } });
  }

  private deny(what: string, actions: string[], conditions: Record<string, unknown> = {}): void {
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: `Deny${what}`,
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions,
        resources: [this.bucket.arnForObjects('*')],
        conditions,
      }),
    );
  }
}
