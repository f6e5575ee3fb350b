import type { SQSRecord } from 'aws-lambda';
import { z } from 'zod';
import { type CrashEvent, crashEventSchema, minuteWakeSchema } from '../../core/messages.ts';
import { breakerNewsSchema, remediationSchema } from '../../core/supervisor-messages.ts';
import { faultOf, logger } from '../telemetry.ts';

export interface Remediation {
  readonly lane: string;
  readonly incident: string;
  /** When it was asked for, epoch ms: asked again it is the same. */
  readonly at: number;
}

export type Job =
  /** All of one component's. */
  | { readonly kind: 'deaths'; readonly crashes: readonly CrashEvent[] }
  | { readonly kind: 'pause'; readonly remediation: Remediation }
  | { readonly kind: 'breaker' }
  | { readonly kind: 'wake' };

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
const ORDER: readonly Job['kind'][] = ['deaths', 'pause', 'breaker', 'wake'];

/** What the messages ask for, the most urgent first. One that is not ours asks for nothing. */
export function jobsOf(records: readonly SQSRecord[]): readonly JobOfMessages[] {
  const jobs = new Map<string, { messageIds: string[]; job: Job }>();
  for (const record of records) {
    const news = read(record);
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

function read(record: SQSRecord): { readonly key: string; readonly job: Job } | undefined {
  try {
    const news = newsSchema.parse(JSON.parse(record.body));
    if ('wake' in news) return { key: 'wake', job: { kind: 'wake' } };
    if ('breaker' in news) return { key: 'breaker', job: { kind: 'breaker' } };
    if ('remediate' in news) {
      const { lane, incident } = news.remediate;
      const remediation = { lane, incident, at: Number(record.attributes.SentTimestamp) };
      return { key: `pause:${record.messageId}`, job: { kind: 'pause', remediation } };
    }
    return {
      key: `deaths:${news.component}:${news.lane}`,
      job: { kind: 'deaths', crashes: [news] },
    };
  } catch (error) {
    // It fails until its dead-letter queue has it.
    logger.error('not for a supervisor', { messageId: record.messageId, ...faultOf(error) });
    return undefined;
  }
}

function both(first: Job, second: Job): Job {
  if (first.kind !== 'deaths' || second.kind !== 'deaths') return first;
  return { kind: 'deaths', crashes: [...first.crashes, ...second.crashes] };
}
