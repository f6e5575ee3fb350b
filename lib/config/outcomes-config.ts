/** Subscriptions of the topic `outcomes`, besides those of our own functions. */
import { z } from 'zod';
import { laneSchema, outcomeVerdictSchema } from '../../core/message/messages.ts';

/** Each with its filter. An endpoint elsewhere must allow the topic to send to it. */
export const outcomesSubscriptionsSchema = z
  .array(
    z.strictObject({
      protocol: z.enum(['sqs', 'lambda', 'https', 'email', 'firehose']),
      endpoint: z.string().min(1),
      /** For `firehose`: the role by which SNS puts outcomes into the stream. */
      roleArn: z.string().startsWith('arn:').optional(),
      verdict: z.array(outcomeVerdictSchema).nonempty().optional(),
      lane: z.array(laneSchema).nonempty().optional(),
      source: z.array(z.string().min(1)).nonempty().optional(),
    }),
  )
  .default([]);
