/**
 * What Lambda reports of an environment that died: that it was killed, or that it was out of memory. By this
 * the product tells a killer from other deaths around a separate process (core/attempt/attempts.ts).
 *
 * In a batch any message may be there when memory runs out: a neighbour filled it. Around a message that runs
 * alone, only that message can fill it, or we ourselves, by what earlier invocations left. Such a leak meets the same
 * message once at most, so that recovery stays possible: three times would dead-letter a healthy one (R02).
 */
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { GROUP_ATTRIBUTE } from '../../core/attempt/suspect-group.ts';
import { ENVELOPE_ATTRIBUTE } from '../../core/message/messages.ts';
import { exited, type Failure, outOfMemory } from '../../packages/local-lambda/lambda/outcome.ts';
import type { Random } from '../random.ts';

const killed = () => exited(null, 'SIGKILL');

export class Deaths {
  readonly #random: Random;
  /** Submissions around which memory ran out while they ran alone. */
  readonly #ranOut = new Set<string>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** Draws how the death of an invocation that begins now would be reported. To be called when it dies. */
  draw(event: unknown): () => Failure {
    const report = this.#random.pick([killed, outOfMemory]);
    return () => (report === outOfMemory && this.#hasRunOut(event) ? killed() : report());
  }

  /** Whether memory has run out around its message before. From now on it has. */
  #hasRunOut(event: unknown): boolean {
    const alone = aloneIn(event);
    if (alone === undefined) return false;
    const hasRunOut = this.#ranOut.has(alone);
    this.#ranOut.add(alone);
    return hasRunOut;
  }
}

/** The submission that runs alone; undefined for a batch, a group of suspects, or anything else. */
function aloneIn(event: unknown): string | undefined {
  const { Records: [record, ...others] = [] } = event as Partial<SQSEvent>;
  if (record?.eventSourceARN?.endsWith('-isolation') !== true || others.length > 0)
    return undefined;
  const { messageAttributes } = record;
  return messageAttributes[GROUP_ATTRIBUTE] === undefined ? submissionOf(record) : undefined;
}

/** It keeps its id when it is sent anew. */
function submissionOf({ messageId, messageAttributes }: SQSRecord): string {
  const envelope = messageAttributes[ENVELOPE_ATTRIBUTE]?.stringValue;
  return envelope === undefined
    ? messageId
    : (JSON.parse(envelope) as { messageId: string }).messageId;
}
