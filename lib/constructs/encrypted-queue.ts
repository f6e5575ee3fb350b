/** A queue of this stack: encrypted by our key, TLS only, dead letters kept as long as SQS allows. */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Config } from '../config/config.ts';
import { DEAD_LETTER_DAYS } from '../config/content-retention-config.ts';
import { resourceName } from '../config/stage-config.ts';
import { type Foundation, stagePolicy } from './foundation.ts';

export interface QueueSettings {
  /** Without the stage's prefix. */
  readonly name: string;
  readonly visibilitySeconds: number;
  /** Every queue has a dead-letter queue, except dead-letter queues. */
  readonly deadLetterQueue?: Queue;
  /** In order within a group; its name ends in `.fifo`. */
  readonly fifo?: true;
  /** Its messages can be made again, so it is kept nowhere. Others are kept in production. */
  readonly isReplaceable?: true;
}

/** Each new data key is a request of KMS for who sends and who receives. */
const KEY_REUSE = Duration.hours(1);

/** A message that always fails is dead-lettered before SQS deletes it for its age. */
function receivesMax({ maxReceiveCount, retentionDays }: Config, visibilitySeconds: number) {
  const withinRetention = Math.ceil((retentionDays * 86_400) / visibilitySeconds) - 1;
  return Math.min(maxReceiveCount, withinRetention);
}

export function encryptedQueue(
  scope: Construct,
  id: string,
  { config, key }: Foundation,
  settings: QueueSettings,
): Queue {
  return new Queue(scope, id, {
    queueName: resourceName(config.stage, settings.fifo ? `${settings.name}.fifo` : settings.name),
    encryption: QueueEncryption.KMS,
    encryptionMasterKey: key,
    dataKeyReuse: KEY_REUSE,
    enforceSSL: true,
    retentionPeriod: Duration.days(
      settings.deadLetterQueue === undefined ? DEAD_LETTER_DAYS : config.retentionDays,
    ),
    visibilityTimeout: Duration.seconds(settings.visibilitySeconds),
    removalPolicy: settings.isReplaceable ? RemovalPolicy.DESTROY : stagePolicy(config).removal,
    ...(settings.fifo && { fifo: true }),
    ...(settings.deadLetterQueue && {
      deadLetterQueue: {
        queue: settings.deadLetterQueue,
        maxReceiveCount: receivesMax(config, settings.visibilitySeconds),
      },
    }),
  });
}
