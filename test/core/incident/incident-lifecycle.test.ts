import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  acknowledge,
  BY_QUIET,
  type CoursePolicy,
  crashesNeeded,
  crashesNeededSince,
  isOver,
  isRecountDue,
  resolve,
  resolvedByQuiet,
} from '../../../core/incident/incident-lifecycle.ts';
import { NOW, opened } from './incident-support.ts';

const said = { at: NOW, by: 'ana', why: 'on it' };

describe('an operator', () => {
  test('R22: acknowledges what is open, once', () => {
    expect(acknowledge(opened(), said)).toMatchObject({
      status: 'acknowledged',
      acknowledged: said,
    });
    expect(acknowledge(opened({ status: 'acknowledged' }), said)).toBe('acknowledged already');
    expect(acknowledge(opened({ status: 'resolved' }), said)).toBe('resolved already');
  });

  test('R22: resolves what is open or acknowledged, once', () => {
    expect(resolve(opened(), said)).toMatchObject({ status: 'resolved', resolved: said });
    expect(resolve(opened({ status: 'resolved' }), said)).toBe('resolved already');
  });
});

describe('quiet', () => {
  const policy: CoursePolicy = { crashesToOpen: 4, windowMs: 100, quietMs: 50 };
  const old = opened({ openedAt: 0 });
  const at = (...times: number[]) => times.map((time, n) => ({ id: `e${n}`, at: time }));

  test('R22: half the threshold in one window keeps it open until that window has long passed', () => {
    const pair = at(1_000, 1_040);
    // The last moment that holds both is 1099.
    expect(isOver(old, pair, 1_148, policy)).toBe(false);
    expect(isOver(old, pair, 1_149, policy)).toBe(true);
  });

  test('R22: fewer than half, or half too far apart, end it', () => {
    expect(isOver(old, at(1_000), 1_001, policy)).toBe(true);
    expect(isOver(old, at(1_000, 1_100), 1_101, policy)).toBe(true);
    expect(isOver(old, [...at(1_000), ...at(1_020)], 1_021, policy)).toBe(true);
  });

  test('R22: the incident must have been open as long', () => {
    expect(isOver(opened({ openedAt: 1_000 }), [], 1_049, policy)).toBe(false);
    expect(isOver(opened({ openedAt: 1_000 }), [], 1_050, policy)).toBe(true);
  });

  test('R22: resolves an incident with a reason, but never one of a supervisor that gave up', () => {
    expect(resolvedByQuiet(old, 90, policy)).toMatchObject({
      status: 'resolved',
      resolved: { at: 90, by: BY_QUIET, quietSince: 40 },
    });
    expect(isOver(opened({ openedAt: 0, cause: 'escalation' }), [], NOW, policy)).toBe(false);
  });

  test('R22: thirty crashes are read of a storm, however many there are', () => {
    const ours = { crashesToOpen: 10, windowMs: 300_000, quietMs: 300_000 };
    expect(crashesNeeded(ours)).toBe(30);
    expect(crashesNeeded({ ...ours, crashesToOpen: 9, quietMs: 300_001 })).toBe(45);
  });

  test('R22: agrees with checking the window at every moment, though it reads only the newest', () => {
    const times = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 14 });
    const policies = fc.record({
      crashesToOpen: fc.integer({ min: 1, max: 6 }),
      windowMs: fc.integer({ min: 1, max: 120 }),
      quietMs: fc.integer({ min: 1, max: 120 }),
    });
    fc.assert(
      fc.property(times, policies, fc.integer({ min: 300, max: 500 }), (ats, by, now) => {
        const past = ats.filter((time) => time <= now);
        let noisy = false;
        for (let t = now - by.quietMs + 1; t <= now; t += 1) {
          const held = past.filter((time) => time > t - by.windowMs && time <= t).length;
          noisy ||= held >= by.crashesToOpen / 2;
        }
        const newest = at(...past.sort((a, b) => b - a))
          .filter((event) => event.at > crashesNeededSince(now, by))
          .slice(0, crashesNeeded(by));
        // A death that two observers report must not count twice.
        const told = newest.flatMap((event) => [event, event]).slice(0, crashesNeeded(by));
        expect(isOver(old, newest, now, by)).toBe(!noisy);
        expect(isOver(old, told, now, by)).toBe(!noisy);
      }),
      { numRuns: 1_000 },
    );
  });
});

test('all recounts of a long incident cost a small multiple of its crashes', () => {
  let incident = opened({ openedAt: NOW, countedAt: NOW });
  let read = 0;
  const minutes = 3 * 24 * 60;
  for (let minute = 1; minute <= minutes; minute += 1) {
    if (!isRecountDue(incident, NOW + minute)) continue;
    read += minute;
    incident = { ...incident, countedAt: NOW + minute };
  }
  expect(read / minutes).toBeGreaterThan(1);
  expect(read / minutes).toBeLessThan(6);
  expect(isRecountDue(opened({ cause: 'escalation' }), NOW + 1)).toBe(false);
});
