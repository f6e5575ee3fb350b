/** Stores dead letters of the lanes with their reason and origin. */
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { BodyPrefix } from '../../aws/bodies-bucket.ts';
import { MESSAGE_INDEX } from '../../aws/resources-index-names.ts';
import type { QuarantineSettings } from '../../functions/quarantine/settings.ts';
import { ENV } from '../../telemetry/env-names.ts';
import { acknowledge, objectsUnder } from '../checks/acknowledgements.ts';
import type { Foundation } from './foundation.ts';
import { allow, allowKey, objects } from './iam-statements.ts';
import type { Lane } from './lane.ts';
import { PipelineFunction } from './pipeline-function.ts';

const BODIES = 'quarantine/' satisfies BodyPrefix;

interface QuarantineProps {
  readonly lanes: readonly Lane[];
  readonly table: Table;
  readonly resources: Table;
  readonly bodies: Bucket;
  readonly outcomes: ITopic;
}

export class Quarantine extends Construct {
  readonly function: PipelineFunction;

  constructor(scope: Construct, id: string, foundation: Foundation, props: QuarantineProps) {
    super(scope, id);
    const { config, concurrency, key } = foundation;
    const settings: QuarantineSettings = {
      inlineBytesMax: config.inlineBytesMax,
      formerKeys: config.keepFormerBodies,
    };
    const quarantine = new PipelineFunction(this, 'Quarantine', foundation, {
      name: 'quarantine',
      code: 'quarantine',
      description: 'Files dead letters in the Quarantine table, with reason and evidence',
      memoryMb: 512,
      timeoutSeconds: config.quarantine.timeoutSeconds,
      reservedConcurrency: concurrency.reserved.quarantine,
      environment: {
        [ENV.quarantineTable]: props.table.tableName,
        [ENV.resourcesTable]: props.resources.tableName,
        [ENV.quarantineDays]: String(config.retention.quarantineDays),
        [ENV.bodiesBucket]: props.bodies.bucketName,
        [ENV.outcomesTopicArn]: props.outcomes.topicArn,
        [ENV.deadLetterQueueUrls]: props.lanes.map((lane) => lane.deadLetter.queueUrl).join(','),
        [ENV.settings]: JSON.stringify(settings),
      },
      statements: [
        allow(
          'TakeDeadLetters',
          [
            'sqs:ChangeMessageVisibility',
            'sqs:DeleteMessage',
            'sqs:GetQueueAttributes',
            'sqs:ReceiveMessage',
          ],
          props.lanes.map((lane) => lane.deadLetter.queueArn),
        ),
        allow('FileThem', ['dynamodb:GetItem', 'dynamodb:UpdateItem'], [props.table.tableArn]),
        allow(
          'KnowStoredBy',
          ['dynamodb:Query'],
          [`${props.resources.tableArn}/index/${MESSAGE_INDEX}`],
        ),
        allow('WriteBodies', ['s3:PutObject'], objects(props.bodies, [BODIES])),
        allow('TellOutcomes', ['sns:Publish'], [props.outcomes.topicArn]),
        ...allowKey(key, ['dynamodb', 's3', 'sns', 'sqs']),
      ],
    });
    this.function = quarantine;
    acknowledge(quarantine, objectsUnder(props.bodies, BODIES));
    for (const lane of props.lanes) {
      quarantine.consume(`From-${lane.name}`, lane.deadLetter, {
        batchSize: config.quarantine.batchSize,
        windowSeconds: 0,
        maxConcurrency: config.quarantine.maxConcurrency,
      });
    }
  }
}
