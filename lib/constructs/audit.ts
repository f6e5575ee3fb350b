/** The audit log (R40, R41): the queue of facts, and the one function that writes the log. */
import { createHash } from 'node:crypto';
import { FileSystem } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { AUDIT_CHAIN, type AuditFactKind, OPERATORS_KINDS } from '../../core/audit/audit-fact.ts';
import { prefixOf } from '../../core/audit/audit-keys.ts';
import { ENV } from '../../telemetry/env-names.ts';
import { acknowledge, objectsUnder } from '../checks/acknowledgements.ts';
import { AuditVault } from './audit-vault.ts';
import { encryptedQueue } from './encrypted-queue.ts';
import type { Foundation } from './foundation.ts';
import type { HashKey } from './hash-key.ts';
import { allow, allowKey, allowKeyFor, objects } from './iam-statements.ts';
import { PipelineFunction } from './pipeline-function.ts';
import { Publishers } from './publishers.ts';

interface AuditProps {
  readonly table: Table;
  readonly hashKey: HashKey;
  readonly accessLogs: IBucket;
}

export class Audit extends Construct {
  readonly queue: Queue;
  readonly function: PipelineFunction;
  readonly vault: AuditVault;
  readonly #publishers: Publishers;

  constructor(scope: Construct, id: string, foundation: Foundation, props: AuditProps) {
    super(scope, id);
    const { visibilitySeconds, batchSize, maxConcurrency } = foundation.config.audit;
    const deadLetterQueue = encryptedQueue(this, 'DeadLetter', foundation, {
      name: 'audit-dead-letter',
      visibilitySeconds,
      fifo: true,
    });
    this.queue = encryptedQueue(this, 'Queue', foundation, {
      name: 'audit',
      visibilitySeconds,
      deadLetterQueue,
      fifo: true,
    });
    this.vault = new AuditVault(this, 'Vault', foundation, props.accessLogs);
    this.function = this.writer(foundation, props.table);
    props.hashKey.grantHash(this.function);
    this.vault.onlyPutBy(this.function.role);
    this.function.consume('FromQueue', this.queue, {
      batchSize,
      windowSeconds: 0,
      maxConcurrency,
    });
    this.#publishers = new Publishers(foundation.config, OPERATORS_KINDS);
    this.#publishers.guard(this.queue);
    this.#publishers.listFor(this.function);
  }

  /** Lets a function that may use the key for SQS publish facts of these kinds, and of no other (R40). */
  grantPublish(publisher: PipelineFunction, kinds: readonly AuditFactKind[]): void {
    this.#publishers.add(publisher, kinds);
    publisher.allow(allow('TellAudit', ['sqs:SendMessage'], [this.queue.queueArn]));
    publisher.lambda.addEnvironment(ENV.auditQueueUrl, this.queue.queueUrl);
  }

  private writer(foundation: Foundation, table: Table): PipelineFunction {
    const { config, concurrency, key } = foundation;
    const { bucket, key: bucketKey } = this.vault;
    const prefix = prefixOf(AUDIT_CHAIN);
    const writer = new PipelineFunction(this, 'Audit', foundation, {
      name: 'audit',
      code: 'audit',
      description: 'The one writer of the audit log: a hash chain, in locked objects and a table',
      memoryMb: 512,
      timeoutSeconds: config.audit.timeoutSeconds,
      reservedConcurrency: concurrency.reserved.audit,
      environment: {
        [ENV.auditTable]: table.tableName,
        [ENV.auditBucket]: bucket.bucketName,
        ...deploymentHashes(foundation),
      },
      statements: [
        allow(
          'TakeFacts',
          ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
          [this.queue.queueArn],
        ),
        allow(
          'CopyEntries',
          ['dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
          [table.tableArn],
        ),
        allow('WriteBatches', ['s3:GetObjectVersion', 's3:PutObject'], objects(bucket, [prefix])),
        allow('FindBatches', ['s3:ListBucketVersions'], [bucket.bucketArn]),
        allowKeyFor('KeyForBatches', bucketKey, ['s3']),
        ...allowKey(key, ['dynamodb', 'sqs']),
      ],
    });
    acknowledge(writer, objectsUnder(bucket, prefix));
    return writer;
  }
}

/** Hashes that differ between deployments. */
function deploymentHashes({ config, bundles }: Foundation): Record<string, string> {
  return {
    [ENV.configurationHash]: createHash('sha256').update(JSON.stringify(config)).digest('hex'),
    [ENV.codeHash]: FileSystem.fingerprint(bundles),
  };
}
