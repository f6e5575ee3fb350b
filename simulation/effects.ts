/**
 * What happens in a run, one effect at a time, as checkers are told of it. Each is told once it stands, before
 * anything else happens. A call that was lost on its way has none; one whose answer was lost has its own.
 */
import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import type { Outcome } from '../packages/local-lambda/lambda/outcome.ts';
import type { Written } from './dynamo/table.ts';
import type { Version } from './s3/bucket.ts';
import type { Leaving, Message, QueuePlan, Received } from './sqs/message.ts';
import type { Submission } from './submission.ts';

export type Effect =
  | { readonly kind: 'submitted'; readonly submission: Submission }
  | { readonly kind: 'arrived'; readonly queue: QueuePlan; readonly message: Message }
  | { readonly kind: 'received'; readonly queue: QueuePlan; readonly received: Received }
  | {
      readonly kind: 'left';
      readonly queue: QueuePlan;
      readonly message: Message;
      readonly how: Leaving;
    }
  | ({ readonly kind: 'written' } & Written)
  | { readonly kind: 'put'; readonly bucket: string; readonly version: Version }
  | ({ readonly kind: 'published' } & Published)
  | { readonly kind: 'called'; readonly service: string; readonly command: object }
  | ({ readonly kind: 'invoked'; readonly event: unknown } & Invocation)
  | ({ readonly kind: 'ended'; readonly outcome: Outcome } & Invocation)
  | { readonly kind: 'frozen' | 'thawed' | 'died' }
  | { readonly kind: 'healed' };

export type EffectOf<Kind extends Effect['kind']> = Extract<Effect, { readonly kind: Kind }>;

interface Published {
  /** Its ARN. */
  readonly topic: string;
  readonly message: string;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
}

interface Invocation {
  readonly functionName: string;
  readonly requestId: string;
}
