import { type Audience, deduplicationKey, type Incident } from '../../core/incident.ts';
import type { Page } from '../aws/pages-topics.ts';

const SUBJECT_CHARACTERS_MAX = 100;
const RUNBOOK = 'docs/runbook.md#incident';

/** What a human reads at 3 a.m., and what a machine filters by. Carries no PHI (R08). */
export function pageOf(incident: Incident, audience: Audience, stage: string): Page {
  const key = deduplicationKey(incident);
  const { scope, crashes, kinds, firstCrashAt, lastCrashAt, openedAt, status } = incident;
  const severity = 'critical';
  const subject = subjectOf(incident, stage);
  return {
    subject,
    body: {
      // Once more, for receivers by way of a queue: raw delivery leaves the subject out.
      subject,
      incident: key,
      scope,
      stage,
      severity,
      status,
      crashes,
      kinds,
      firstCrashAt: new Date(firstCrashAt).toISOString(),
      lastCrashAt: new Date(lastCrashAt).toISOString(),
      openedAt: new Date(openedAt).toISOString(),
      whatItMeans:
        `${scope} crashed ${crashes} times within minutes. What crashed is being retried alone ` +
        'and goes to quarantine if it crashes again; everything else goes on.',
      runbook: RUNBOOK,
    },
    attributes: { scope, severity, stage, audience, dedupKey: key },
  };
}

function subjectOf({ scope, crashes, kinds, firstCrashAt, lastCrashAt }: Incident, stage: string) {
  const seconds = Math.max(1, Math.ceil((lastCrashAt - firstCrashAt) / 1_000));
  const why = Object.entries(kinds)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ');
  const subject = `[${stage}] ${scope} is crashing: ${crashes} crashes in ${seconds} s (${why})`;
  return subject.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, SUBJECT_CHARACTERS_MAX);
}
