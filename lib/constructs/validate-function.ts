/** `validate` of one lane: its settings and its permissions. */
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { BodyPrefix } from '../../aws/bodies-bucket.ts';
import { MESSAGE_INDEX } from '../../aws/resources-index-names.ts';
import { HOPS_PREFIX, hopsOf, SUBMISSIONS_PREFIX } from '../../core/message/claim-check.ts';
import type { Lane as LaneName } from '../../core/message/messages.ts';
import type { PluginSettings } from '../../functions/validate/plugins/settings.ts';
import { pluginPath } from '../../functions/validate/plugins/settings.ts';
import type { ValidateSettings } from '../../functions/validate/settings.ts';
import type { TerminologySettings } from '../../functions/validate/terminology/settings.ts';
import { ENV } from '../../telemetry/env-names.ts';
import { acknowledge, objectsUnder } from '../checks/acknowledgements.ts';
import { cpuShareOf } from '../checks/resource-size.ts';
import type { Config, PluginConfig } from '../config/config.ts';
import type { Foundation } from './foundation.ts';
import {
  allow,
  allowBlindUpdate,
  allowKey,
  allowList,
  allowReadOf,
  objects,
} from './iam-statements.ts';
import { PipelineFunction } from './pipeline-function.ts';
import { terminologySettings } from './terminology.ts';

/** Where verdicts are written. */
export interface ValidateStores {
  readonly resources: Table;
  readonly quarantine: Table;
  readonly inFlight: Table;
  readonly bodies: Bucket;
  readonly crashes: ITopic;
  readonly outcomes: ITopic;
  /** Queue for triggers of stored resources, if they are delivered. */
  readonly delivery?: IQueue | undefined;
}

interface LaneQueues {
  readonly name: LaneName;
  readonly queue: IQueue;
  readonly isolation: IQueue;
  readonly deadLetter: IQueue;
}

export class ValidateFunction extends PipelineFunction {
  constructor(
    scope: Construct,
    id: string,
    foundation: Foundation,
    { lane, stores }: { lane: LaneQueues; stores: ValidateStores },
  ) {
    const { config, concurrency } = foundation;
    super(scope, id, foundation, {
      name: `validate-${lane.name}`,
      code: 'validate',
      description: `Validates the resources of lane ${lane.name}, each isolated from the others`,
      memoryMb: config.memoryMb,
      timeoutSeconds: config.lanes[lane.name].timeoutSeconds,
      reservedConcurrency: concurrency.reserved[lane.name],
      environment: environment(config, lane, stores),
      statements: [
        ...statements(lane, stores),
        ...bodies(config, lane, stores),
        ...allowKey(foundation.key, KEY_SERVICES),
      ],
    });
    const prefixes = new Set([SUBMISSIONS_PREFIX, ...hopsRead(config, lane), ...written(lane)]);
    acknowledge(this, ...[...prefixes].map((prefix) => objectsUnder(stores.bodies, prefix)));
  }
}

/** Prefix of its own hops; former versions put those of all lanes into one folder. */
const hopsRead = ({ keepFormerBodies }: Config, { name }: LaneQueues) => [
  keepFormerBodies ? HOPS_PREFIX : hopsOf(name),
];
const written = ({ name }: LaneQueues) =>
  ['resources/', 'quarantine/', hopsOf(name)] satisfies BodyPrefix[];
const IN_FLIGHT_ACTIONS = [
  'dynamodb:BatchGetItem',
  'dynamodb:BatchWriteItem',
  'dynamodb:DeleteItem',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
];
const KEY_SERVICES = ['dynamodb', 's3', 'sns', 'sqs'] as const;

function environment(config: Config, lane: LaneQueues, stores: ValidateStores) {
  const settings: ValidateSettings & { terminology?: TerminologySettings } = {
    deadlineMs: config.deadlineMs,
    cpuShare: cpuShareOf(config),
    heapOldMb: config.workerHeap.oldMb,
    heapYoungMb: config.workerHeap.youngMb,
    attemptsMax: config.attempts.seen,
    attemptsMaxEnvironmentDied: config.attempts.environmentDied,
    functionTimeoutMs: config.lanes[lane.name].timeoutSeconds * 1000,
    visibilityMs:
      1000 *
      Math.min(config.lanes[lane.name].visibilitySeconds, config.isolation.visibilitySeconds),
    resourceBytesMax: config.resourceBytesMax,
    formerKeys: config.keepFormerBodies,
    inlineBytesMax: config.inlineBytesMax,
    resourcesExpire: config.retention.resourcesDays !== undefined,
    outcomeBytesMax: config.outcomeBytesMax,
    issuesMax: config.issuesMax,
    writesMax: config.writesMax,
    ...(config.terminology.endpoint !== undefined && { terminology: terminologySettings(config) }),
    plugins: config.plugins.map(pluginSettings),
    pluginMemoryMb: config.pluginMemoryMb,
  };
  return {
    [ENV.lane]: lane.name,
    [ENV.laneQueueArn]: lane.queue.queueArn,
    [ENV.laneQueueUrl]: lane.queue.queueUrl,
    [ENV.isolationQueueUrl]: lane.isolation.queueUrl,
    [ENV.deadLetterQueueUrl]: lane.deadLetter.queueUrl,
    [ENV.resourcesTable]: stores.resources.tableName,
    [ENV.quarantineTable]: stores.quarantine.tableName,
    [ENV.quarantineDays]: String(config.retention.quarantineDays),
    [ENV.inFlightTable]: stores.inFlight.tableName,
    [ENV.bodiesBucket]: stores.bodies.bucketName,
    [ENV.crashesTopicArn]: stores.crashes.topicArn,
    [ENV.outcomesTopicArn]: stores.outcomes.topicArn,
    ...(stores.delivery && { [ENV.deliveryQueueUrl]: stores.delivery.queueUrl }),
    [ENV.settings]: JSON.stringify(settings),
    ...(config.chaos === 'on' && { [ENV.chaos]: 'on' }),
  };
}

/** Its module is in the bundle, under its name. */
function pluginSettings({ name, resourceTypes, mode, deadlineMs }: PluginConfig): PluginSettings {
  const required = mode === 'required';
  return { name, file: pluginPath(name), resourceTypes, required, deadlineMs };
}

const statements = (lane: LaneQueues, stores: ValidateStores) => [
  allow(
    'TakeMessages',
    [
      'sqs:ChangeMessageVisibility',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:ReceiveMessage',
    ],
    [lane.queue.queueArn, lane.isolation.queueArn],
  ),
  allow('SetAside', ['sqs:SendMessage'], [lane.isolation.queueArn, lane.deadLetter.queueArn]),
  allowBlindUpdate('StoreValid', [stores.resources.tableArn]),
  allowReadOf('KnowStored', [stores.resources.tableArn], ['pk', 'messageId', 'storedAt']),
  allow(
    'KnowStoredBy',
    ['dynamodb:Query'],
    [`${stores.resources.tableArn}/index/${MESSAGE_INDEX}`],
  ),
  allow('RecordTrouble', ['dynamodb:GetItem', 'dynamodb:UpdateItem'], [stores.quarantine.tableArn]),
  allow('MarkBatches', IN_FLIGHT_ACTIONS, [stores.inFlight.tableArn]),
  allow('TellCrashes', ['sns:Publish'], [stores.crashes.topicArn]),
  allow('TellOutcomes', ['sns:Publish'], [stores.outcomes.topicArn]),
  ...(stores.delivery
    ? [allow('AskForDelivery', ['sqs:SendMessage'], [stores.delivery.queueArn])]
    : []),
];

const bodies = (config: Config, lane: LaneQueues, stores: ValidateStores) => [
  allow(
    'ReadClaimChecks',
    ['s3:GetObject', 's3:GetObjectVersion'],
    objects(stores.bodies, [SUBMISSIONS_PREFIX]),
  ),
  allow('ReadHops', ['s3:GetObject'], objects(stores.bodies, hopsRead(config, lane))),
  allow('WriteBodies', ['s3:PutObject'], objects(stores.bodies, written(lane))),
  // Without it S3 answers 403 for a missing key, and a bad claim check looks like a fault.
  allowList('KnowAbsentBodies', stores.bodies, [SUBMISSIONS_PREFIX, ...hopsRead(config, lane)]),
];
