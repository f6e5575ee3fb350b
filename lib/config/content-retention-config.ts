/**
 * How long content is kept (docs/retention.md). A message that still waits needs its content, so each
 * minimum follows from how long the queues on its way keep a message.
 */
import { z } from 'zod';

const days = z.int().min(1).max(36_500);

export const retentionConfigSchema = z
  .strictObject({
    /**
     * Content of valid resources; absent: never expires. With it their bodies are in the bucket, whatever
     * their size, and the row with their place in the order of submissions stays (R05).
     */
    resourcesDays: days.optional(),
    /** Entries of Quarantine and their bodies, since their last change. */
    quarantineDays: days.default(180),
    /** What producers put below `submissions/`. */
    submissionsDays: days.default(90),
    /** Bodies on the way between our own queues, below `hops/`. */
    hopsDays: days.default(60),
    /** What was overwritten, expired or deleted in the bucket of bodies. */
    noncurrentDays: days.default(35),
  })
  .prefault({});

/**
 * Of every dead-letter queue, as long as SQS allows: a message that SQS moves there counts from when it was sent to the
 * queue before. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html
 */
export const DEAD_LETTER_DAYS = 14;

/** DynamoDB and S3 delete what has expired within two days. */
const MARGIN_DAYS = 2;

interface Retained {
  readonly retention: z.output<typeof retentionConfigSchema>;
  readonly retentionDays: number;
}

/** A body of Quarantine outlives its entry: a redriven entry is kept again, but its body was put before. */
export const quarantineBodyDays = ({ retention }: Pick<Retained, 'retention'>) =>
  retention.quarantineDays + DEAD_LETTER_DAYS + MARGIN_DAYS;

/** Content that would expire before the last message that needs it, in words. */
export function* retentionProblems({ retention, retentionDays }: Retained): Generator<string> {
  const more = DEAD_LETTER_DAYS + MARGIN_DAYS;
  for (const [name, queues, way] of [
    ['quarantineDays', 1, 'a copy may wait in an isolation and a dead-letter queue'],
    ['hopsDays', 1, 'a body may wait for an isolation and a dead-letter queue'],
    ['submissionsDays', 2, 'an object may wait for a lane, an isolation and a dead-letter queue'],
  ] as const) {
    const least = queues * retentionDays + more;
    if (retention[name] >= least) continue;
    yield `retention.${name} ${retention[name]} must be at least ${least} (${queues} x retentionDays + ${more}): ${way}`;
  }
}
