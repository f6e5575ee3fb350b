import { expect, test } from 'vitest';
import type { Incident } from '../../../core/incident/incident.ts';
import type { OtherFault } from '../../../core/incident/incident-faults.ts';
import { NOTICES, type Notice } from '../../../core/incident/incident-steps.ts';
import { pageOf } from '../../../functions/incident/page.ts';
import { opened } from '../../core/incident/incident-support.ts';

const incident: Incident = opened({
  number: 3,
  openedAt: Date.UTC(2026, 0, 1, 3, 0, 5),
  firstCrashAt: Date.UTC(2026, 0, 1, 3, 0, 0),
  lastCrashAt: Date.UTC(2026, 0, 1, 3, 0, 4),
  crashes: 12,
  messages: 7,
  kinds: { exit: 2, timeout: 10 },
  lanes: ['critical'],
  fingerprints: [{ fingerprint: '0123456789abcdef', crashes: 9 }],
  clocks: { hipaaNoticeBy: '2026-03-02', anpdNoticeBy: '2026-01-06' },
});
const said = { at: Date.UTC(2026, 0, 1, 4), by: 'ana', why: 'rolled back' };
const page = (notice: Notice, fields: Partial<Incident> = {}) =>
  pageOf({ ...incident, ...fields }, notice, 'prod', 'https://wiki.example.org/runbook');

const fault: OtherFault = {
  fault: 'background/6be0dce454a2bda6',
  kind: 'exit',
  crashes: 10,
  firstCrashAt: 1,
  lastCrashAt: 2,
  at: Date.UTC(2026, 0, 1, 5),
};
const pageOfFault = (notice: Notice, fields: Partial<Incident> = {}) =>
  pageOf({ ...incident, ...fields }, notice, 'prod', 'https://wiki.example.org/runbook', fault);

test('R21: another fault has its own key, so that a pager alerts for it and closes it', () => {
  const trigger = pageOfFault('another-fault');
  expect(trigger.body).toMatchObject({
    event_action: 'trigger',
    payload: { timestamp: '2026-01-01T05:00:00.000Z', custom_details: { fault } },
  });
  const over = pageOfFault('resolution', { resolved: said });
  expect(over.attributes).toMatchObject({
    action: 'resolve',
    dedupKey: String(trigger.attributes['dedupKey']),
  });
  expect(over.subject).toBe('[prod] validate#3 (background/6be0dce454a2bda6) resolved by ana');
});

test('R21: a page is a PagerDuty event with the evidence, and says what to do', () => {
  expect(page('page').body).toEqual({
    event_action: 'trigger',
    dedup_key: 'fhir-failsafe/prod/validate#3',
    payload: {
      summary: '[prod] validate is crashing: 12 crashes in 4 s (10 timeout, 2 exit)',
      source: 'fhir-failsafe-prod',
      severity: 'critical',
      timestamp: '2026-01-01T03:00:05.000Z',
      component: 'validate',
      group: 'prod',
      class: 'crashes',
      custom_details: {
        incident: 'validate#3',
        scope: 'validate',
        stage: 'prod',
        notice: 'page',
        status: 'open',
        opened: '2026-01-01T03:00:05.000Z',
        crashes: '12',
        messages: 7,
        kinds: { exit: 2, timeout: 10 },
        lanes: ['critical'],
        fingerprints: ['0123456789abcdef: 9'],
        first_crash: '2026-01-01T03:00:00.000Z',
        last_crash: '2026-01-01T03:00:04.000Z',
        what_it_means: expect.stringContaining('everything else goes on'),
        what_to_do: "npm run cli -- incident show 'validate#3' --stage prod",
        if_it_is_a_breach: { hipaa_notice_by: '2026-03-02', anpd_notice_by: '2026-01-06' },
      },
    },
    links: [{ href: 'https://wiki.example.org/runbook#incident', text: 'What to do' }],
    client: 'fhir-failsafe',
  });
});

test('R21 R22: every notice has one key, its audience, and the action for the pager', () => {
  const notices = Object.keys(NOTICES) as Notice[];
  const pages = notices.map((notice) => {
    const over = { acknowledged: said, resolved: said };
    return notice === 'another-fault' ? pageOfFault(notice) : page(notice, over);
  });
  const of = (name: string) => pages.map(({ attributes }) => attributes[name]);
  expect(new Set(of('dedupKey'))).toEqual(
    new Set([
      'fhir-failsafe/prod/validate#3',
      'fhir-failsafe/prod/validate#3/background/6be0dce454a2bda6',
    ]),
  );
  expect(pages.map(({ subject, attributes }) => `${attributes['audience']}: ${subject}`)).toEqual(
    [
      'oncall: [prod] validate is crashing: 12 crashes in 4 s (10 timeout, 2 exit)',
      'management: [prod] validate is crashing: 12 crashes in 4 s (10 timeout, 2 exit)',
      'oncall: [prod] validate#3 has another fault: 10 crashes (exit), background/6be0dce454a2bda6',
      'oncall: [prod] again, nobody answered: validate is crashing: 12 crashes in 4 s (10 timeout, 2 exit)',
      'management: [prod] on-call does not answer: validate is crashing: 12 crashes in 4 s (10 timeout, 2 exit)',
      'oncall: [prod] validate#3 acknowledged by ana',
      'oncall: [prod] validate#3 resolved by ana',
      'management: [prod] validate is well again: validate#3 resolved by ana',
    ].map((line) => line.replace(/: (.*)$/, (_, subject: string) => `: ${subject.slice(0, 100)}`)),
  );
  expect(of('action')).toEqual([
    ...['trigger', 'trigger', 'trigger', 'trigger', 'trigger'],
    ...['acknowledge', 'resolve', 'resolve'],
  ]);
  expect(pages.at(-1)?.body['payload']).toMatchObject({
    custom_details: { by: 'ana', why: 'rolled back', at: '2026-01-01T04:00:00.000Z' },
  });
});

test('a page says what happens to messages, as it is for the component that crashes', () => {
  const said = (fields: Partial<Incident>) =>
    JSON.stringify(page('page', fields).body['payload']).match(/"what_it_means":"([^"]*)"/)?.[1];
  expect(said({})).toContain('retried alone and goes to quarantine');
  expect(said({ scope: 'audit', lanes: [] })).toMatch(
    /waits and is done again; no message is lost/,
  );
  const gaveUp = { cause: 'escalation', scope: 'supervisor:application', lanes: [] } as const;
  // A component of the error kernel has no lane, so nothing is paused for it.
  expect(said({ ...gaveUp, why: 'audit died' })).toMatch(
    /gave up: audit died. If that is a lane, it is paused/,
  );
});

test('a supervisor that gave up is named with its reason, and so is a count that was too large', () => {
  const gaveUp = page('page', { cause: 'escalation', scope: 'supervisor:x', why: '4 in 5 s' });
  expect(gaveUp.subject).toBe('[prod] supervisor:x gave up: 4 in 5 s');
  expect(page('page', { more: true }).subject).toContain('more than 12 crashes');
});

test('R21: a subject is one that SNS accepts: ASCII, less than 100 characters', () => {
  const { subject } = page('page', { scope: `vérification-${'x'.repeat(100)}` });
  expect(subject).toMatch(/^[ -~]{99}$/);
});
