/** Delivers stored resources to the FHIR server downstream. Only if one is configured. */
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { BodyPrefix } from '../../aws/bodies-bucket.ts';
import { PENDING_INDEX } from '../../aws/resources-index-names.ts';
import type { DeliverSettings } from '../../functions/deliver/settings.ts';
import { ENV } from '../../telemetry/env-names.ts';
import { acknowledge, objectsUnder } from '../checks/acknowledgements.ts';
import { deliverMemoryMb } from '../checks/resource-size.ts';
import type { Config } from '../config/config.ts';
import { deliveryServices, deliveryTokens, placesOf } from './delivery-targets.ts';
import { encryptedQueue } from './encrypted-queue.ts';
import type { Foundation } from './foundation.ts';
import {
  allow,
  allowAttributes,
  allowBlindUpdate,
  allowKey,
  allowKeys,
  objects,
} from './iam-statements.ts';
import { PipelineFunction } from './pipeline-function.ts';
import { PLACES_FILE } from './sources.ts';

interface DeliveryProps {
  readonly resources: Table;
  readonly quarantine: Table;
  readonly breakers: Table;
  readonly bodies: Bucket;
}

const READ = 'resources/' satisfies BodyPrefix;
const WRITE = 'quarantine/' satisfies BodyPrefix;

export class Delivery extends Construct {
  readonly queue: Queue;
  readonly deadLetter: Queue;
  readonly deliver: PipelineFunction;
  readonly resend: PipelineFunction;

  constructor(scope: Construct, id: string, foundation: Foundation, props: DeliveryProps) {
    super(scope, id);
    const { visibilitySeconds } = foundation.config.delivery;
    // Both hold triggers, which `resend` sends again. CloudFormation imports no queue: one that was kept would prevent
    // that delivery is switched on again.
    this.deadLetter = encryptedQueue(this, 'DeadLetter', foundation, {
      name: 'delivery-dead-letter',
      visibilitySeconds,
      isReplaceable: true,
    });
    this.queue = encryptedQueue(this, 'Queue', foundation, {
      name: 'delivery',
      visibilitySeconds,
      isReplaceable: true,
      deadLetterQueue: this.deadLetter,
    });
    this.deliver = this.deliverFunction(foundation, props);
    this.resend = this.resendFunction(foundation, props);
  }

  private deliverFunction(foundation: Foundation, props: DeliveryProps): PipelineFunction {
    const { config, concurrency, key } = foundation;
    const { tokenSecretArn } = config.delivery;
    const tokens = deliveryTokens(config);
    const deliver = new PipelineFunction(this, 'Deliver', foundation, {
      name: 'deliver',
      code: 'deliver',
      description: 'Sends what is pending to the FHIR server, through its breaker',
      memoryMb: deliverMemoryMb(config),
      timeoutSeconds: config.delivery.timeoutSeconds,
      reservedConcurrency: concurrency.reserved.deliver,
      environment: {
        [ENV.resourcesTable]: props.resources.tableName,
        [ENV.quarantineTable]: props.quarantine.tableName,
        [ENV.quarantineDays]: String(config.retention.quarantineDays),
        [ENV.breakersTable]: props.breakers.tableName,
        [ENV.bodiesBucket]: props.bodies.bucketName,
        [ENV.deliveryQueueUrl]: this.queue.queueUrl,
        [ENV.settings]: JSON.stringify(settings(config)),
        ...(tokenSecretArn !== undefined && { [ENV.deliveryTokenArn]: tokenSecretArn }),
        ...servers(config),
      },
      statements: [
        allow(
          'TakeTriggers',
          [
            'sqs:ChangeMessageVisibility',
            'sqs:DeleteMessage',
            'sqs:GetQueueAttributes',
            'sqs:ReceiveMessage',
          ],
          [this.queue.queueArn],
        ),
        allow(
          'SendUnderLease',
          ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
          [props.resources.tableArn],
        ),
        allowKeys(
          'ShareBreaker',
          ['dynamodb:GetItem', 'dynamodb:PutItem'],
          [props.breakers.tableArn],
          deliveryServices(config),
        ),
        allowBlindUpdate('FileUndelivered', [props.quarantine.tableArn]),
        allow('ReadBodies', ['s3:GetObject'], objects(props.bodies, [READ])),
        allow('WriteBodies', ['s3:PutObject'], objects(props.bodies, [WRITE])),
        ...(tokens.length === 0
          ? []
          : [allow('ReadToken', ['secretsmanager:GetSecretValue'], tokens)]),
        ...allowKey(key, ['dynamodb', 's3', 'sqs']),
      ],
    });
    acknowledge(deliver, objectsUnder(props.bodies, READ), objectsUnder(props.bodies, WRITE));
    deliver.consume('FromQueue', this.queue, {
      batchSize: config.delivery.batchSize,
      windowSeconds: 0,
      maxConcurrency: config.delivery.maxConcurrency,
    });
    return deliver;
  }

  private resendFunction(foundation: Foundation, props: DeliveryProps): PipelineFunction {
    const { resources, breakers } = props;
    return new PipelineFunction(this, 'Resend', foundation, {
      name: 'resend',
      code: 'resend',
      description: 'Each minute sends triggers anew for what is pending and due',
      memoryMb: 256,
      timeoutSeconds: 60,
      reservedConcurrency: foundation.concurrency.reserved.resend,
      failures: this.deadLetter,
      environment: {
        [ENV.resourcesTable]: resources.tableName,
        [ENV.breakersTable]: breakers.tableName,
        [ENV.deliveryQueueUrl]: this.queue.queueUrl,
        ...servers(foundation.config),
      },
      statements: [
        allow(
          'FindDue',
          ['dynamodb:Query', 'dynamodb:Scan'],
          [`${resources.tableArn}/index/${PENDING_INDEX}`],
        ),
        allowBlindUpdate('MarkSent', [resources.tableArn]),
        allow('ReadBreakers', ['dynamodb:GetItem', 'dynamodb:Scan'], [breakers.tableArn]),
        allowAttributes('ConfirmTransitions', [breakers.tableArn], CONFIRMED),
        allow('SendTriggers', ['sqs:SendMessage'], [this.queue.queueArn, this.deadLetter.queueArn]),
        ...allowKey(foundation.key, ['dynamodb', 'sqs']),
      ],
    });
  }
}

/** Attributes of a breaker that the confirmation of published transitions names. */
const CONFIRMED = ['pk', 'generation', 'since', 'publishedTo'];

/** The servers that it delivers to. The targets of sources are in a file next to the code. */
const servers = (config: Config) => {
  const { endpoint } = config.delivery;
  return {
    ...(endpoint !== undefined && { [ENV.deliveryEndpoint]: endpoint }),
    ...(placesOf(config) && { [ENV.deliveryPlacesFile]: PLACES_FILE }),
  };
};

const settings = ({ delivery, inlineBytesMax }: Config): Omit<DeliverSettings, 'receivesMax'> => ({
  callTimeoutMs: delivery.callTimeoutMs,
  lateMs: delivery.lateMs,
  failuresMax: delivery.failures,
  inFlightMax: delivery.inFlightMax,
  breakerFailures: delivery.breakerFailures,
  breakerShare: delivery.breakerShare && {
    failed: delivery.breakerShare.failed,
    callsMin: delivery.breakerShare.callsMin,
    windowMs: delivery.breakerShare.windowSeconds * 1000,
  },
  breakerOpenMs: delivery.breakerOpenSeconds * 1000,
  inlineBytesMax,
});
