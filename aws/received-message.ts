/**
 * Reads a received message: its source, as far as its sender proves it, and how it carries its
 * resource.
 */
import type { SQSRecord } from 'aws-lambda';
import { type Carriage, carriageOf, claimIn } from '../core/message/claim-check.ts';
import type { Lane } from '../core/message/messages.ts';
import { type Arrival, type Provenance, readProvenance } from '../core/message/origin.ts';
import type { SenderProblem } from '../core/source/sources.ts';
import type { Bucket } from './handles.ts';
import { prove, type Senders } from './sources.ts';

export interface ReceivedMessage {
  readonly provenance: Provenance;
  readonly carriage: Carriage;
  /** Why its sender may not send it. */
  readonly refusal?: SenderProblem | undefined;
}

/** What decides the source of a message, and which objects it may name. */
export interface Reader {
  readonly senders: Senders;
  /** Our own bucket. */
  readonly bucket: Pick<Bucket, 'name'>;
  readonly settings: { readonly formerKeys: boolean };
}

/** Never throws, whatever the record holds. */
export function readMessage(
  { senders, bucket, settings }: Reader,
  record: SQSRecord,
  { lane, queue }: { readonly lane: Lane; readonly queue: Arrival['queue'] },
): ReceivedMessage {
  const { messageId, body, attributes } = record;
  const { SentTimestamp, SenderId: senderId, MessageGroupId: messageGroupId } = attributes;
  const claim = claimIn(body);
  const said = {
    ...{ messageId, sentAt: Number(SentTimestamp), queue, text: body },
    ...attributesOf(record),
    isElsewhere: claim.kind === 'claim-check',
  };
  const { provenance, admission } = prove(senders, readProvenance(said), {
    ...{ messageId, sentAt: said.sentAt, lane, queue, senderId, messageGroupId },
    claimed: said.attributes['source'],
    bytes: Buffer.byteLength(body),
  });
  const { origin, envelope } = provenance;
  const carriage = carriageOf(claim, {
    bucket: bucket.name,
    // If no sources are configured, the whole account is one.
    source: senders.rules && origin.source,
    laid: envelope?.laid,
    former: settings.formerKeys ? { hops: envelope !== undefined } : undefined,
  });
  return {
    provenance,
    carriage,
    ...(admission.kind === 'refused' && { refusal: admission.problem }),
  };
}

function attributesOf({ messageAttributes }: SQSRecord): Pick<Arrival, 'attributes' | 'notText'> {
  const all = Object.entries(messageAttributes);
  const notText = all.filter(([, { stringValue }]) => stringValue === undefined);
  return {
    attributes: Object.fromEntries(all.map(([name, { stringValue }]) => [name, stringValue])),
    ...(notText.length > 0 && { notText: notText.map(([name]) => name) }),
  };
}
