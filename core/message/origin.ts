/**
 * Where a message came from: what the producer said, or what the envelope carried.
 *
 * On its first queue a message speaks for itself: SQS gives id and time, the producer may add `source`,
 * `file`, `line`, `sequence` and `correlationId`. After a hop between our own queues SQS gives a new id and
 * a new time; the envelope carries the first ones, and they count.
 *
 * Attributes that cannot be read are a reason to reject the message, never to crash on it: the origin is
 * then what SQS itself says, which cannot be wrong.
 *
 * An envelope is different. We wrote it, so one that cannot be read is a fault of our own (R09): the id
 * from SQS is the identity of a hop, and the message must not get that one.
 */
import { CORRELATION_ATTRIBUTE, chosenIds, publishableIds } from './correlation.ts';
import {
  ENVELOPE_ATTRIBUTE,
  type Envelope,
  envelopeSchema,
  type Lane,
  type Origin,
  originSchema,
} from './messages.ts';
import { jsonForSqs } from './sqs-characters.ts';
import { traceOf } from './trace-context.ts';

/** What SQS says about a message, and its attributes as text. */
export interface Arrival {
  readonly messageId: string;
  /** SentTimestamp in the queue it came from, epoch ms. */
  readonly sentAt: number;
  /**
   * Whether it came from the lane's first queue, where producers send, or from one of our own
   * queues after it.
   */
  readonly queue: 'first' | 'behind';
  readonly attributes: Readonly<Record<string, string | undefined>>;
  /** Names of attributes that are not text. */
  readonly notText?: readonly string[] | undefined;
  /** The message's body: the resource, or a claim check. */
  readonly text?: string | undefined;
  /** The body is stored elsewhere: it must be loaded before ids are decided. */
  readonly isElsewhere?: boolean | undefined;
}

export interface Provenance {
  readonly origin: Origin;
  /** Present after a hop between our own queues. */
  readonly envelope?: Envelope | undefined;
  /** Why the message must be rejected, free of values. */
  readonly problem?: string | undefined;
  /** The envelope cannot be read. It is unknown whose message this is, so it must wait. */
  readonly unreadable?: true | undefined;
}

/** Never throws, whatever the attributes hold. */
export function readProvenance(arrival: Arrival): Provenance {
  const { messageId, sentAt, attributes, queue } = arrival;
  const itself: Origin = { messageId, sentAt, source: 'default', ...idsIn(arrival) };
  // Our own code never sends to the lane's own queue, so an envelope there was made up by a producer.
  const encoded = queue === 'first' ? undefined : attributes[ENVELOPE_ATTRIBUTE];
  if (encoded !== undefined) {
    const envelope = envelopeSchema.safeParse(parseJson(encoded));
    return envelope.success
      ? {
          origin: originSchema.parse(envelope.data),
          envelope: envelope.data,
          problem: envelope.data.problem,
        }
      : { origin: itself, problem: `envelope: ${fieldsOf(envelope.error)}`, unreadable: true };
  }
  const said = readAttributes(arrival, itself);
  if (typeof said !== 'string') return { origin: said };
  const problem = `message attributes: ${said}`;
  return { origin: { ...itself, problem }, problem };
}

/** The ids that the producer chose, as far as they can be decided now. */
function idsIn({ attributes, text = '', isElsewhere = false }: Arrival): Partial<Origin> {
  const chosen = chosenIds(attributes[CORRELATION_ATTRIBUTE], traceOf(attributes));
  // A key may contain an id too.
  const ids = publishableIds(chosen, text);
  if (!isElsewhere) return ids;
  return Object.keys(ids).length === 0 ? {} : { undecided: ids };
}

/** What the producer's attributes say, or which of them cannot be read. */
function readAttributes({ attributes, notText = [] }: Arrival, itself: Origin): Origin | string {
  const { source, file, line, sequence } = attributes;
  const dark = ['source', 'file', 'line', 'sequence'].filter((name) => notText.includes(name));
  if (dark.length > 0) return unreadable(dark);
  const said = originSchema.safeParse({
    ...itself,
    ...(source === undefined ? {} : { source }),
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line: Number(line) }),
    ...(sequence === undefined ? {} : { sequence: Number(sequence) }),
  });
  return said.success ? said.data : fieldsOf(said.error);
}

/** The envelope of the next hop. It keeps what the earlier one had, unless it is changed here. */
export function envelopeFor(
  provenance: Provenance,
  lane: Lane,
  news: Partial<Pick<Envelope, 'crash' | 'deadLetter' | 'laid' | 'voided'>> = {},
): Envelope {
  return { ...provenance.envelope, ...provenance.origin, lane, ...news };
}

/** An envelope as a message attribute. Everything written here can be read: it goes through the same schema. */
export function writeEnvelope(envelope: Envelope): string {
  return jsonForSqs(envelopeSchema.parse(envelope));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The names of what is wrong, without the values. */
function fieldsOf(error: { issues: readonly { path: PropertyKey[] }[] }): string {
  return unreadable(error.issues.map((issue) => issue.path.join('.') || 'not as expected'));
}

const unreadable = (fields: readonly string[]) => `unreadable (${[...new Set(fields)].join(', ')})`;
