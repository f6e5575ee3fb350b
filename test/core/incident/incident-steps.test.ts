import { describe, expect, test } from 'vitest';
import { auditFactSchema } from '../../../core/audit/audit-fact.ts';
import type { Incident } from '../../../core/incident/incident.ts';
import {
  afterStep,
  isFinished,
  isLookDue,
  isUnacknowledged,
  LOOKED_AGAIN,
  type StepsPolicy,
  stepsDue,
} from '../../../core/incident/incident-steps.ts';
import { NOW, opened } from './incident-support.ts';

const policy: StepsPolicy = { pageAgainMs: 300, escalateMs: 900, remediation: 'off' };
const said = { at: NOW + 50, by: 'ana', why: 'on it' };

/** Takes all steps that are due, and returns them. */
function takeAll(incident: Incident, now: number, by = policy) {
  const taken: string[] = [];
  let current = incident;
  for (;;) {
    const [step] = stepsDue(current, now, by);
    if (step === undefined) return { taken, incident: current };
    taken.push(...step.marks);
    current = afterStep(current, step, now, by);
  }
}

const paged = takeAll(opened(), NOW).incident;

describe('an open incident', () => {
  test('R21: pages on-call, notifies management, then writes the audit log, in three steps', () => {
    expect(stepsDue(opened(), NOW, policy).map(({ kind, marks }) => [kind, ...marks])).toEqual([
      ['notify', 'page'],
      ['notify', 'notice'],
      ['audit', 'audit opened'],
    ]);
    const { taken, incident } = takeAll(opened(), NOW);
    expect(taken).toEqual([
      'page',
      'notice',
      'audit opened',
      'audit told page',
      'audit told notice',
    ]);
    expect(stepsDue(incident, NOW, policy)).toEqual([]);
  });

  test('R21: a step that is not marked as done is due again', () => {
    const { page: _, ...done } = paged.done;
    expect(takeAll({ ...paged, done }, NOW).taken).toEqual(['page']);
  });

  test('R22: unacknowledged it pages again, then escalates, once each, counted from the page', () => {
    expect(takeAll(paged, NOW + 299).taken).toEqual([]);
    const again = takeAll(paged, NOW + 300);
    expect(again.taken).toEqual(['page-again', 'audit told page-again']);
    expect(takeAll(again.incident, NOW + 899).taken).toEqual([]);
    const escalated = takeAll(again.incident, NOW + 900);
    expect(escalated.taken).toEqual(['escalation', 'audit told escalation']);
    expect(takeAll(escalated.incident, NOW + 90_000).taken).toEqual([]);
  });

  test('R22: waits for an answer only after the page was sent', () => {
    const { page: _, ...done } = paged.done;
    const late = stepsDue({ ...paged, done }, NOW + 90_000, policy);
    expect(late.map(({ kind }) => kind)).toEqual(['notify']);
  });

  test('is kept until nothing is due any more', () => {
    const held = { by: 'r-1', until: NOW + 1 };
    const [page] = stepsDue(opened({ held }), NOW, policy);
    if (page === undefined) throw new Error('no page');
    expect(afterStep(opened({ held }), page, NOW, policy).held).toEqual(held);
    expect(takeAll(opened({ held }), NOW).incident.held).toBeUndefined();
  });
});

describe('an incident after its first notices', () => {
  test('R22: acknowledged, it says so to on-call and pages nobody again', () => {
    const incident = { ...paged, status: 'acknowledged', acknowledged: said } as const;
    expect(takeAll(incident, NOW + 90_000).taken).toEqual([
      'acknowledgement',
      'audit acknowledged',
    ]);
    expect(isFinished(takeAll(incident, NOW).incident)).toBe(false);
  });

  test('R22: resolved, both are notified, and it is finished', () => {
    const incident = { ...paged, status: 'resolved', resolved: said } as const;
    expect(isFinished(incident)).toBe(false);
    const { taken, incident: over } = takeAll(incident, NOW);
    expect(taken).toEqual(['resolution', 'all-clear', 'audit resolved']);
    expect(isFinished(over)).toBe(true);
  });

  test('R20: resolved by quiet, it is finished only after that quiet was checked again', () => {
    const resolved = { ...said, quietSince: NOW };
    const { incident } = takeAll({ ...paged, status: 'resolved', resolved }, NOW);
    expect([isLookDue(incident), isFinished(incident)]).toEqual([true, false]);
    const looked = { ...incident, done: { ...incident.done, [LOOKED_AGAIN]: NOW } };
    expect([isLookDue(looked), isFinished(looked)]).toEqual([false, true]);
    expect(isLookDue({ ...incident, resolved: said })).toBe(false);
  });

  test('R21: a later fault has notices of its own, each sent once, and an answer to it counts only afterwards', () => {
    const times = { firstCrashAt: NOW, lastCrashAt: NOW, at: NOW + 60 };
    const others = [{ fault: 'background/exit', kind: 'exit', crashes: 3, ...times }] as const;
    const { taken, incident } = takeAll({ ...paged, others }, NOW + 60);
    expect(taken.filter((mark) => !mark.startsWith('audit'))).toEqual([
      'another-fault background/exit',
    ]);
    expect(takeAll(incident, NOW + 61).taken).toEqual([]);
    const acknowledgedAt = (at: number) =>
      ({ ...incident, status: 'acknowledged', acknowledged: { ...said, at } }) as const;
    const mark = 'acknowledgement background/exit';
    expect(takeAll(acknowledgedAt(NOW + 59), NOW + 70).taken).not.toContain(mark);
    expect(takeAll(acknowledgedAt(NOW + 60), NOW + 70).taken).toContain(mark);
  });

  test('R21: an incident that ended before its page is still paged, the page first', () => {
    const incident = opened({ status: 'resolved', acknowledged: said, resolved: said });
    expect(takeAll(incident, NOW).taken.slice(0, 4)).toEqual([
      'page',
      'notice',
      'resolution',
      'all-clear',
    ]);
  });
});

describe('facts of an incident', () => {
  test('R40: each is accepted by the audit log, and is the same fact when published again', () => {
    const incident = opened({
      status: 'resolved',
      cause: 'escalation',
      why: '4 in 5 s',
      acknowledged: said,
      resolved: said,
      done: { page: NOW, notice: NOW, 'page-again': NOW + 300, resolution: NOW + 400 },
    });
    const facts = stepsDue(incident, NOW, policy).flatMap((step) =>
      step.kind === 'audit' ? step.facts : [],
    );
    for (const fact of facts) expect(auditFactSchema.parse(fact)).toEqual(fact);
    expect(facts.map(({ id, kind, actor }) => [id, kind, actor])).toEqual([
      [`incident validate#1 of ${NOW}: opened`, 'incident-opened', undefined],
      [`incident validate#1 of ${NOW}: told page`, 'page', undefined],
      [`incident validate#1 of ${NOW}: told notice`, 'page', undefined],
      [`incident validate#1 of ${NOW}: told page-again`, 'page', undefined],
      [`incident validate#1 of ${NOW}: acknowledged`, 'acknowledgement', 'ana'],
      [`incident validate#1 of ${NOW}: resolved`, 'incident-resolved', 'ana'],
    ]);
    expect(facts[0]?.reason).toBe('4 in 5 s');
  });
});

describe('the automatic remedy', () => {
  const pausing: StepsPolicy = { ...policy, remediation: 'pause-lane' };
  const lanes = ['background', 'critical'] as const;

  test('is off by default, and requested once for each lane that crashes', () => {
    expect(takeAll(opened({ lanes }), NOW).taken).not.toContain('pause-lane critical');
    const { taken, incident } = takeAll(opened({ lanes }), NOW, pausing);
    expect(taken).toEqual(expect.arrayContaining(['pause-lane background', 'pause-lane critical']));
    expect(takeAll(incident, NOW, pausing).taken).toEqual([]);
  });

  test('is not requested for an incident that is over, or for a lane that a supervisor has already paused', () => {
    const over = opened({ lanes, status: 'resolved', resolved: said });
    for (const incident of [over, opened({ lanes, cause: 'escalation' })]) {
      expect(takeAll(incident, NOW, pausing).taken).not.toContain('pause-lane critical');
    }
  });
});

test('R22: notices say that a second page and an escalation were sent because nobody acknowledged', () => {
  const notices = ['page', 'notice', 'page-again', 'escalation', 'resolution'] as const;
  expect(notices.filter(isUnacknowledged)).toEqual(['page-again', 'escalation']);
});

test('R40: the facts of an operator who explains at length are readable', () => {
  const wordy = { at: NOW + 50, by: 'ana'.repeat(100), why: 'long '.repeat(1_000) };
  const over: Incident = {
    ...opened(),
    why: wordy.why,
    status: 'resolved',
    acknowledged: wordy,
    resolved: wordy,
  };
  const facts = stepsDue(over, NOW, policy).flatMap((step) =>
    step.kind === 'audit' ? step.facts : [],
  );
  expect(facts.map(({ kind }) => kind)).toEqual([
    'incident-opened',
    'acknowledgement',
    'incident-resolved',
  ]);
  for (const fact of facts) expect(auditFactSchema.parse(fact)).toEqual(fact);
});
