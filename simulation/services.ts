/** The services of a stack, created from its synthesized template. */
import { roleIdOf } from '../packages/local-lambda/template/account.ts';
import type { Plan, SecretPlan } from '../packages/local-lambda/template/plan.ts';
import { Dynamo } from './dynamo/dynamo.ts';
import type { TablePlan } from './dynamo/table.ts';
import type { Effect } from './effects.ts';
import type { Faults } from './faults.ts';
import { stuckMs, wayTo } from './outages.ts';
import { TOKEN_SECRETS } from './outside.ts';
import type { Random } from './random.ts';
import { S3 } from './s3/s3.ts';
import type { Scheduler } from './scheduler.ts';
import { Sns, type Subscription } from './sns/sns.ts';
import type { QueuePlan } from './sqs/message.ts';
import { Sqs } from './sqs/sqs.ts';

export interface Services {
  readonly dynamo: Dynamo;
  readonly s3: S3;
  readonly sns: Sns;
  readonly sqs: Sqs;
  /** Values by ARN. */
  readonly secrets: Map<string, string>;
}

export function provision(
  plan: Plan,
  scheduler: Scheduler,
  faults: () => Faults,
  tell: (effect: Effect) => void,
): Services {
  const random = scheduler.random.fork();
  const around = { scheduler, random, tell };
  const dynamo = new Dynamo({ ...around, faults: () => faults().tables });
  const s3 = new S3({ ...around, faults: () => faults().buckets });
  const sns = new Sns({
    ...around,
    faults: () => faults().topics,
    stuckMs: (queue) => stuckMs(faults().outages, wayTo(queue), scheduler),
  });
  const sqs = new Sqs({ ...around, faults: () => faults().queues });
  for (const table of plan.tables) dynamo.create(tableOf(table));
  for (const queue of plan.queues) sqs.create(queueOf(queue));
  for (const { name, properties } of plan.buckets) {
    const isVersioned =
      properties.ObjectLockEnabled || properties.VersioningConfiguration?.Status === 'Enabled';
    s3.create(name, isVersioned);
  }
  for (const { name } of plan.topics) sns.create(topicArnOf(name));
  for (const { properties } of plan.subscriptions) {
    sns.subscribe(properties.TopicArn, {
      queue: sqs.queue(properties.Endpoint),
      filter: properties.FilterPolicy as Subscription['filter'],
    });
  }
  return { dynamo, s3, sns, sqs, secrets: secretsOf(plan.secrets, random) };
}

const topicArnOf = (name: string) => `arn:aws:sns:us-east-1:000000000000:${name}`;

/** The SenderId of a function's role, with the function as its session. */
export function senderIdOf(role: string | undefined, functionName: string): string {
  const roleName = role?.split('/').at(-1) ?? functionName;
  return `${roleIdOf(roleName)}:${functionName}`;
}

function queueOf({ name, properties }: Plan['queues'][number]): QueuePlan {
  const { RedrivePolicy } = properties;
  return {
    name,
    arn: `arn:aws:sqs:us-east-1:000000000000:${name}`,
    isFifo: properties.FifoQueue,
    visibilityMs: properties.VisibilityTimeout * 1_000,
    retentionMs: properties.MessageRetentionPeriod * 1_000,
    delayMs: properties.DelaySeconds * 1_000,
    redrive: RedrivePolicy && {
      to: RedrivePolicy.deadLetterTargetArn,
      receivesMax: RedrivePolicy.maxReceiveCount,
    },
  };
}

type Keys = Plan['tables'][number]['properties']['KeySchema'];

function keyNames(keys: Keys): { partition: string; sort: string | undefined } {
  const of = (type: string) => keys.find(({ KeyType }) => KeyType === type)?.AttributeName;
  return { partition: of('HASH') ?? 'pk', sort: of('RANGE') };
}

function tableOf({ name, properties }: Plan['tables'][number]): TablePlan {
  return {
    name,
    ...keyNames(properties.KeySchema),
    expiry: properties.TimeToLiveSpecification?.AttributeName,
    indexes: properties.GlobalSecondaryIndexes.map(({ IndexName, KeySchema, Projection }) => ({
      name: IndexName,
      ...keyNames(KeySchema),
      holds: Projection.ProjectionType === 'ALL' ? undefined : (Projection.NonKeyAttributes ?? []),
    })),
  };
}

function secretsOf(plans: readonly SecretPlan[], random: Random): Map<string, string> {
  return new Map([
    ...plans.map(({ arn, properties }) => [arn, properties.SecretString ?? random.uuid()] as const),
    ...Object.values(TOKEN_SECRETS).map((arn) => [arn, random.uuid()] as const),
  ]);
}
