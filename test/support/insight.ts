/** `reporting` and `analytics` in a world: events in, objects out. */
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { OutcomeEvent } from '../../core/message/messages.ts';
import { build as analytics } from '../../functions/analytics/build.ts';
import { readEnv as readAnalytics } from '../../functions/analytics/env.ts';
import { build as reporting } from '../../functions/reporting/build.ts';
import { readEnv as readReporting } from '../../functions/reporting/env.ts';
import { testClients } from './clients.ts';
import { coldDeps } from './cold.ts';
import { send } from './delivery.ts';
import type { Doomed } from './die-at-every-step.ts';
import type { Queue } from './provision.ts';

export const DAY_MS = 24 * 3_600_000;

/** A cold environment of either. */
export async function loadInsight(name: 'reporting' | 'analytics'): Promise<Doomed> {
  const deps = coldDeps(name);
  const handler =
    name === 'reporting'
      ? reporting({ ...deps, env: readReporting(process.env) })
      : analytics({ ...deps, env: readAnalytics(process.env) });
  return { handler, clients: [deps] };
}

export const ended = (messageId: string, fields: Partial<OutcomeEvent> = {}): OutcomeEvent => ({
  verdict: 'stored',
  messageId,
  source: 'clinic',
  lane: 'background',
  sentAt: Date.now() - 250,
  endedAt: Date.now(),
  issues: [],
  issuesTotal: 0,
  ...fields,
});

export const rejected = (messageId: string, fields: Partial<OutcomeEvent> = {}): OutcomeEvent =>
  ended(messageId, {
    verdict: 'rejected',
    fingerprint: '0123456789abcdef',
    issues: [{ severity: 'error', code: 'code-invalid', expression: 'Patient.gender' }],
    issuesTotal: 1,
    ...fields,
  });

export async function say(queue: Queue, ...bodies: (object | string)[]): Promise<void> {
  for (const body of bodies) {
    await send(queue, typeof body === 'string' ? body : JSON.stringify(body));
  }
}

export async function keysIn(bucket: string, prefix = ''): Promise<string[]> {
  const { Contents = [] } = await testClients().s3.send(
    new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }),
  );
  return Contents.map(({ Key = '' }) => Key);
}
