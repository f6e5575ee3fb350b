/**
 * The effects of a run, which checkers get one at a time. Each is reported when it has happened,
 * before anything else happens. A call whose request was lost has no effect. A call whose answer
 * was lost has one.
 */
import type { Outcome } from '../packages/local-lambda/lambda/outcome.ts';
import type { Written } from './dynamo/table.ts';
import type { Fate } from './road.ts';
import type { Version } from './s3/bucket.ts';
import type { Held, HttpCall } from './servers/http-call.ts';
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
  /** A table refuses a write: its own partition, or one of an index, accepts no more. Or a partition answers no more reads. */
  | {
      readonly kind: 'too hot';
      readonly table: string;
      readonly where: 'table' | 'index' | 'reads';
    }
  | { readonly kind: 'put'; readonly bucket: string; readonly version: Version }
  | ({ readonly kind: 'published' } & Published)
  | { readonly kind: 'called'; readonly service: string; readonly command: object }
  /** A call ends in an error after all tries. Its code does not know yet. */
  | {
      readonly kind: 'failed';
      readonly service: string;
      readonly command: object;
      readonly error: unknown;
    }
  /** A try of a call met this on its way, and the try before it that. */
  | {
      readonly kind: 'befell';
      readonly service: string;
      readonly command: object;
      readonly fate: Fate;
      readonly before: Fate | undefined;
    }
  | ({ readonly kind: 'invoked'; readonly event: unknown } & Invocation)
  | ({ readonly kind: 'ended'; readonly outcome: Outcome } & Invocation)
  /**
   * Code calls an outside server. The call lasts until it is `answered`, or until its host `died`.
   */
  | { readonly kind: 'requested'; readonly call: HttpCall }
  /** Without a status: there was no answer, or the caller gave up. */
  | { readonly kind: 'answered'; readonly call: HttpCall; readonly status: number | undefined }
  /** A FHIR server has carried out a PUT. Its caller may have given up. */
  | ({ readonly kind: 'stored'; readonly call: HttpCall } & Stored)
  /** A FHIR server has brought its backup back. */
  | { readonly kind: 'restored'; readonly server: string }
  /** Another client of a FHIR server has deleted a resource there. */
  | { readonly kind: 'removed'; readonly server: string; readonly key: string }
  /** A deployment sets mappings as the template has them, whoever has paused a lane. */
  | { readonly kind: 'reset'; readonly uuid: string }
  /** A change of an event source mapping has been carried out. */
  | {
      readonly kind: 'mapping';
      readonly uuid: string;
      readonly enabled: boolean;
      readonly concurrencyMax: number;
    }
  /** The platform logs that an invocation failed, or its environment died, where somebody is subscribed to that. */
  | ({ readonly kind: 'logged'; readonly environment: string } & Invocation)
  | { readonly kind: 'frozen' }
  | { readonly kind: 'thawed' }
  | { readonly kind: 'died' }
  /** A resource took long in a batch, and is given up there. Known by its submission's number. */
  | { readonly kind: 'given up'; readonly number: number }
  /** The supervisor or the incident's function emits a metric. */
  | { readonly kind: 'counted'; readonly metric: string; readonly count: number }
  | { readonly kind: 'healed' };

export type EffectOf<Kind extends Effect['kind']> = Extract<Effect, { readonly kind: Kind }>;

interface Stored {
  /** Its base URL. */
  readonly server: string;
  /** `<type>/<id>`, as the server knows it. */
  readonly key: string;
  readonly before: Held | undefined;
  readonly after: Held;
}

interface Published {
  /** Its ARN. */
  readonly topic: string;
  readonly message: string;
  readonly attributes: Message['attributes'];
}

interface Invocation {
  readonly functionName: string;
  readonly requestId: string;
}
