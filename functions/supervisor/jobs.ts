import type { SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { notAhead } from '../../core/attempt/death-identity.ts';
import {
  mayBeService,
  mayPublish,
  type PublishedBy,
  type Publishers,
  publishedBy,
} from '../../core/audit/publishers.ts';
import {
  type CrashEvent,
  crashEventSchema,
  minuteWakeSchema,
} from '../../core/message/messages.ts';
import {
  breakerNewsSchema,
  remediationSchema,
  type SupervisorNews,
} from '../../core/supervision/supervisor-messages.ts';
import { faultOf, type Log } from '../../telemetry/log.ts';

export interface Remediation {
  readonly lane: string;
  readonly incident: string;
  /** When it was requested, epoch ms: a repeated request is the same. */
  readonly at: number;
}

export type Job =
  /** All crashes of one component in the batch. */
  | { readonly kind: 'deaths'; readonly crashes: readonly CrashEvent[] }
  | { readonly kind: 'pause'; readonly remediation: Remediation }
  | { readonly kind: 'breaker' }
  | { readonly kind: 'wake' }
  /** Its sender may not send it. */
  | ({ readonly kind: 'refused'; readonly claimed: string } & PublishedBy);

export interface JobOfMessages {
  readonly messageIds: readonly string[];
  readonly job: Job;
}

const newsSchema = z.union([
  crashEventSchema,
  remediationSchema,
  breakerNewsSchema,
  minuteWakeSchema,
]);
const ORDER: readonly Job['kind'][] = ['deaths', 'pause', 'breaker', 'wake', 'refused'];

/** What the messages request, the most urgent first. One that is not ours requests nothing. */
export function jobsOf(
  records: readonly SQSRecord[],
  { publishers, logger }: { readonly publishers: Publishers; readonly logger: Log },
): readonly JobOfMessages[] {
  const jobs = new Map<string, { messageIds: string[]; job: Job }>();
  for (const record of records) {
    const news = read(record, publishers, logger);
    if (news === undefined) continue;
    const { key, job } = news;
    const known = jobs.get(key);
    if (known === undefined) jobs.set(key, { messageIds: [record.messageId], job });
    else
      jobs.set(key, {
        messageIds: [...known.messageIds, record.messageId],
        job: both(known.job, job),
      });
  }
  return [...jobs.values()].sort((a, b) => ORDER.indexOf(a.job.kind) - ORDER.indexOf(b.job.kind));
}

interface Requested {
  /** Messages with the same key are one job. */
  readonly key: string;
  readonly job: Job;
}

function read(record: SQSRecord, publishers: Publishers, logger: Log): Requested | undefined {
  try {
    const news = newsSchema.parse(JSON.parse(record.body));
    if ('wake' in news) return { key: 'wake', job: { kind: 'wake' } };
    if ('breaker' in news) {
      return (
        refusalOfSender('breaker-news', record, publishers) ?? {
          key: 'breaker',
          job: { kind: 'breaker' },
        }
      );
    }
    if ('remediate' in news)
      return refusalOfSender('remediation', record, publishers) ?? pauseOf(news, record);
    return refusalOfCrash(record, publishers) ?? deathsOf(news, record);
  } catch (error) {
    // It fails until it reaches the dead-letter queue.
    logger.error('not for a supervisor', { messageId: record.messageId, ...faultOf(error) });
    return undefined;
  }
}

/** The refusal of a message that its sender may not send itself. */
function refusalOfSender(
  claimed: SupervisorNews,
  record: SQSRecord,
  publishers: Publishers,
): Requested | undefined {
  const { SenderId } = record.attributes;
  return mayPublish(publishers, SenderId, claimed)
    ? undefined
    : refusal(claimed, record, publishers);
}

/** The refusal of a crash event that did not come by a topic: it could pause any lane. */
function refusalOfCrash(record: SQSRecord, publishers: Publishers): Requested | undefined {
  const { SenderId } = record.attributes;
  return mayBeService(publishers, SenderId) ? undefined : refusal('crash', record, publishers);
}

function refusal(
  claimed: string,
  { messageId, attributes }: SQSRecord,
  publishers: Publishers,
): Requested {
  const sender = publishedBy(publishers, attributes.SenderId);
  return { key: `refused:${messageId}`, job: { kind: 'refused', claimed, ...sender } };
}

function pauseOf({ remediate }: z.infer<typeof remediationSchema>, record: SQSRecord): Requested {
  const { lane, incident } = remediate;
  const remediation = { lane, incident, at: Number(record.attributes.SentTimestamp) };
  return { key: `pause:${record.messageId}`, job: { kind: 'pause', remediation } };
}

function deathsOf(crash: CrashEvent, { attributes }: SQSRecord): Requested {
  return {
    key: `deaths:${crash.component}:${crash.lane}`,
    job: { kind: 'deaths', crashes: [notAhead(crash, Number(attributes.SentTimestamp))] },
  };
}

function both(first: Job, second: Job): Job {
  if (first.kind !== 'deaths' || second.kind !== 'deaths') return first;
  return { kind: 'deaths', crashes: [...first.crashes, ...second.crashes] };
}
