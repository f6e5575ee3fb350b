import { expect, test } from 'vitest';
import type { Incident } from '../../../core/incident.ts';
import { pageOf } from '../../../functions/incident/page.ts';

const incident: Incident = {
  scope: 'validate',
  number: 3,
  status: 'open',
  openedAt: Date.UTC(2026, 0, 1, 3, 0, 5),
  firstCrashAt: Date.UTC(2026, 0, 1, 3, 0, 0),
  lastCrashAt: Date.UTC(2026, 0, 1, 3, 0, 4),
  crashes: 12,
  kinds: { exit: 2, timeout: 10 },
  toldAt: {},
  version: 1,
};

test('the subject says at 3 a.m. what crashes, how often and how', () => {
  expect(pageOf(incident, 'oncall', 'prod').subject).toBe(
    '[prod] validate is crashing: 12 crashes in 4 s (10 timeout, 2 exit)',
  );
});

test('a subject is what SNS takes: ASCII, at most 100 characters', () => {
  const { subject } = pageOf(
    { ...incident, scope: `vérification-${'x'.repeat(100)}` },
    'oncall',
    'p',
  );
  expect(subject).toMatch(/^[ -~]{100}$/);
});

test('R21: both audiences get the same key to drop repetitions by', () => {
  const pages = (['oncall', 'management'] as const).map((who) => pageOf(incident, who, 'dev'));
  expect(pages.map((page) => page.attributes['dedupKey'])).toEqual(['validate#3', 'validate#3']);
  expect(pages.map((page) => page.attributes['audience'])).toEqual(['oncall', 'management']);
  expect(pages[0]?.body).toMatchObject({ openedAt: '2026-01-01T03:00:05.000Z' });
});
