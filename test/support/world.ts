/** The queues, topics, tables and bucket of one stage, as the stack names and wires them. */
import { CreateTableCommand, type CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import type { Lane } from '../../core/message/messages.ts';
import { ENV } from '../../telemetry/env-names.ts';
import { testClients } from './clients.ts';
import { HASH_KEY_ARN } from './emulators.ts';

const ACCOUNT = '000000000000';
const REGION = 'us-east-1';

export interface Queue {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
}

type QueueName =
  | 'lane'
  | 'isolation'
  | 'deadLetter'
  | 'incident'
  | 'oncall'
  | 'management'
  | 'outcomes'
  | 'delivery'
  | 'supervisor'
  | 'audit'
  | 'reporting'
  | 'analytics';

export interface World {
  readonly stage: string;
  readonly lane: Lane;
  readonly queues: Readonly<Record<QueueName, Queue>>;
  readonly tables: Readonly<
    Record<
      | 'resources'
      | 'quarantine'
      | 'inFlight'
      | 'incidents'
      | 'breakers'
      | 'terminology'
      | 'audit'
      | 'erasures',
      string
    >
  >;
  readonly bucket: string;
  readonly auditBucket: string;
  readonly reportsBucket: string;
  readonly analyticsBucket: string;
}

let worlds = 0;

/**
 * Builds one, with a stage of its own, and tells the environment variables of all functions.
 * `settings` goes to them as SETTINGS.
 */
export async function buildWorld(settings: Record<string, unknown> = {}): Promise<World> {
  worlds += 1;
  const stage = `test${process.pid}x${worlds}`;
  const lane: Lane = 'background';
  const prefix = `fhir-failsafe-${stage}`;
  const queues = {
    lane: await queue(`${prefix}-${lane}`),
    isolation: await queue(`${prefix}-${lane}-isolation`),
    deadLetter: await queue(`${prefix}-${lane}-dead-letter`),
    incident: await queue(`${prefix}-incident`),
    oncall: await queue(`${prefix}-oncall-reader`),
    management: await queue(`${prefix}-management-reader`),
    outcomes: await queue(`${prefix}-outcomes-reader`),
    delivery: await queue(`${prefix}-delivery`),
    supervisor: await queue(`${prefix}-supervisor`),
    audit: await queue(`${prefix}-audit.fifo`, { FifoQueue: 'true' }),
    reporting: await queue(`${prefix}-reporting`),
    analytics: await queue(`${prefix}-analytics`),
  };
  const tables = {
    resources: await table(`${prefix}-resources`, undefined, RESOURCES_INDEXES),
    quarantine: await table(`${prefix}-quarantine`, undefined, QUARANTINE_INDEXES),
    incidents: await table(`${prefix}-incidents`, 'sk', INCIDENTS_INDEXES),
    inFlight: await table(`${prefix}-inflight`, 'sk'),
    breakers: await table(`${prefix}-breakers`),
    terminology: await table(`${prefix}-terminology`),
    erasures: await table(`${prefix}-erasures`, 'sk'),
    audit: await table(`${prefix}-audit`, 'sk'),
  };
  const bucket = `${prefix}-bodies-${ACCOUNT}`;
  const reportsBucket = `${prefix}-reports-${ACCOUNT}`;
  const analyticsBucket = `${prefix}-analytics-${ACCOUNT}`;
  for (const Bucket of [bucket, reportsBucket, analyticsBucket]) {
    await testClients().s3.send(new CreateBucketCommand({ Bucket }));
  }
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await testClients().s3.send(
    new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }),
  );
  const auditBucket = `${prefix}-audit`;
  await testClients().s3.send(
    new CreateBucketCommand({ Bucket: auditBucket, ObjectLockEnabledForBucket: true }),
  );
  const crashes = await topic(`${prefix}-crashes`, queues.incident);
  const oncall = await topic(`${prefix}-oncall`, queues.oncall);
  const outcomes = await topic(`${prefix}-outcomes`, queues.outcomes);
  const management = await topic(`${prefix}-management`, queues.management);
  Object.assign(process.env, {
    [ENV.stage]: stage,
    [ENV.chaos]: 'on',
    [ENV.lane]: lane,
    [ENV.laneQueueArn]: queues.lane.arn,
    [ENV.laneQueueUrl]: queues.lane.url,
    [ENV.isolationQueueUrl]: queues.isolation.url,
    [ENV.deadLetterQueueUrl]: queues.deadLetter.url,
    [ENV.deadLetterQueueUrls]: queues.deadLetter.url,
    [ENV.resourcesTable]: tables.resources,
    [ENV.quarantineTable]: tables.quarantine,
    [ENV.inFlightTable]: tables.inFlight,
    [ENV.erasuresTable]: tables.erasures,
    [ENV.incidentsTable]: tables.incidents,
    [ENV.breakersTable]: tables.breakers,
    [ENV.terminologyTable]: tables.terminology,
    [ENV.bodiesBucket]: bucket,
    [ENV.crashesTopicArn]: crashes,
    [ENV.oncallTopicArn]: oncall,
    [ENV.managementTopicArn]: management,
    [ENV.outcomesTopicArn]: outcomes,
    [ENV.supervisorQueueUrl]: queues.supervisor.url,
    [ENV.auditQueueUrl]: queues.audit.url,
    // In one process all sign as the account; tests of tellers say who may tell what.
    [ENV.tellers]: JSON.stringify({ senderIds: 'fixed', known: [] }),
    [ENV.auditTable]: tables.audit,
    [ENV.auditBucket]: auditBucket,
    [ENV.reportsBucket]: reportsBucket,
    [ENV.analyticsBucket]: analyticsBucket,
    [ENV.hashKeyArn]: HASH_KEY_ARN,
    [ENV.configurationHash]: 'config-1',
    [ENV.codeHash]: 'code-1',
    [ENV.settings]: JSON.stringify(settings),
  });
  return { stage, lane, queues, tables, bucket, auditBucket, reportsBucket, analyticsBucket };
}

/** Creates a queue. */
export async function queue(name: string, Attributes?: Record<string, string>): Promise<Queue> {
  const { QueueUrl: url = '' } = await testClients().sqs.send(
    new CreateQueueCommand({ QueueName: name, Attributes }),
  );
  return { name, url, arn: `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}` };
}

async function topic(name: string, reader: Queue): Promise<string> {
  const { sns } = testClients();
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: name }));
  await sns.send(
    new SubscribeCommand({
      TopicArn,
      Protocol: 'sqs',
      Endpoint: reader.arn,
      Attributes: { RawMessageDelivery: 'true' },
    }),
  );
  return TopicArn;
}

type Indexes = Pick<CreateTableCommandInput, 'AttributeDefinitions' | 'GlobalSecondaryIndexes'>;

const QUARANTINE_INDEXES = {
  AttributeDefinitions: [
    { AttributeName: 'fingerprintShard', AttributeType: 'S' },
    { AttributeName: 'quarantinedAt', AttributeType: 'N' },
    { AttributeName: 'lastRequestId', AttributeType: 'S' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-fingerprint-shard',
      KeySchema: [
        { AttributeName: 'fingerprintShard', KeyType: 'HASH' },
        { AttributeName: 'quarantinedAt', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
    {
      IndexName: 'by-request',
      KeySchema: [{ AttributeName: 'lastRequestId', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
} satisfies Indexes;

const INCIDENTS_INDEXES = {
  AttributeDefinitions: [
    { AttributeName: 'phase', AttributeType: 'S' },
    { AttributeName: 'openedAt', AttributeType: 'N' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-phase',
      KeySchema: [
        { AttributeName: 'phase', KeyType: 'HASH' },
        { AttributeName: 'openedAt', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
} satisfies Indexes;

const RESOURCES_INDEXES = {
  AttributeDefinitions: [
    { AttributeName: 'deliveryShard', AttributeType: 'S' },
    { AttributeName: 'deliveryDueAt', AttributeType: 'N' },
    { AttributeName: 'messageId', AttributeType: 'S' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-message',
      KeySchema: [{ AttributeName: 'messageId', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
    {
      IndexName: 'by-pending',
      KeySchema: [
        { AttributeName: 'deliveryShard', KeyType: 'HASH' },
        { AttributeName: 'deliveryDueAt', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
} satisfies Indexes;

/** Creates a table with the key `pk`, and a sort key if it is to have one. */
export async function table(name: string, sortKey?: string, index?: Indexes): Promise<string> {
  const keys = ['pk', ...(sortKey === undefined ? [] : [sortKey])];
  await testClients().dynamo.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      ...index,
      AttributeDefinitions: [
        ...keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
        ...(index?.AttributeDefinitions ?? []),
      ],
      KeySchema: keys.map((AttributeName, i) => ({
        AttributeName,
        KeyType: i === 0 ? 'HASH' : 'RANGE',
      })),
    }),
  );
  return name;
}
