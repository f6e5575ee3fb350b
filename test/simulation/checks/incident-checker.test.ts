import { describe, expect, test } from 'vitest';
import { IncidentChecker } from '../../../simulation/checks/incident-checker.ts';
import type { Effect } from '../../../simulation/effects.ts';
import { message, queueNamed, written } from './history.ts';

const scope = 'validate';
const crash = (number: number, at = number, fields: object = {}) =>
  written('incidents', undefined, {
    pk: scope,
    sk: `crash#${at}#c${number}`,
    id: `c${number}`,
    at,
    ...fields,
  });
const crashes = (count: number, spacing = 1_000, first = 0) =>
  Array.from({ length: count }, (_, n) => crash(first + n, (first + n) * spacing));
const incident = (number: number, status = 'open', fields: object = {}, before?: object) =>
  written('incidents', before, {
    pk: scope,
    sk: `incident#00000${number}`,
    ...{ scope, number, status, cause: 'crashes', ...fields },
  });
const resolved = (number: number, resolution: object) =>
  incident(number, 'resolved', { resolved: resolution }, {});
const told = (id: string, kind: 'arrived' | 'left', fields: object = {}): Effect => ({
  kind: kind as 'left',
  queue: queueNamed('incident'),
  message: message({ body: JSON.stringify({ id, component: scope, at: 1 }) }),
  how: 'deleted',
  ...fields,
});
const page = (key: string, topic = 'oncall', notice = 'page', dedup = `x/${key}`): Effect => ({
  kind: 'published',
  topic: `arn:aws:sns:us-east-1:000000000000:stack-${topic}`,
  message: JSON.stringify({ payload: { custom_details: { incident: key } } }),
  attributes: {
    notice: { DataType: 'String', StringValue: notice },
    dedupKey: { DataType: 'String', StringValue: dedup },
  },
});

function see(...effects: Effect[]): IncidentChecker {
  const checker = new IncidentChecker();
  for (const effect of effects) checker.see(effect);
  return checker;
}

describe('R20: the checker of incidents', () => {
  test('accepts that ten crashes within five minutes open one, and nine none', () => {
    see(...crashes(10), incident(1)).end();
    see(...crashes(9)).end();
    see(...crashes(10, 300_000 / 9)).end();
  });

  test('finds a full window without an incident, in any order of its crashes', () => {
    expect(() => see(...crashes(10).reverse()).end()).toThrow('opened no incident');
    expect(() => see(...crashes(9), crash(0)).end()).not.toThrow();
  });

  test('waits while a window is full and a message about its scope is in the queue, and no longer', () => {
    const checker = see(told('c9', 'arrived'), ...crashes(10));
    expect(checker.unfinished()).toBe('a message about a crash of validate is in the queue');
    checker.see(incident(1));
    checker.see(page('validate#1'));
    checker.see(page('validate#1', 'management', 'notice'));
    expect(checker.unfinished()).toBe('incident validate#1 is open');
    expect(see(told('c8', 'arrived'), ...crashes(9)).unfinished()).toBeUndefined();
    const lost = see(...crashes(10));
    expect(lost.unfinished()).toBeUndefined();
    expect(() => lost.end()).toThrow('opened no incident');
  });

  test('counts an init that failed and its death as one', () => {
    const twins = crashes(10).map((effect, n) => ({
      ...effect,
      after: { ...effect.after, environment: n < 2 ? 'e1' : `e${n}` },
    }));
    expect(() => see(...(twins as Effect[])).end()).not.toThrow();
  });

  test('finds an incident without a reason, a second one, and a number that is left out', () => {
    expect(() => see(...crashes(9), incident(1))).toThrow('no window holds 10');
    expect(() => see(...crashes(10), incident(1), incident(2))).toThrow('while #1 goes on');
    expect(() => see(...crashes(10), incident(2))).toThrow('follows none');
  });

  test('finds an incident of an escalation that opened one before, or that nobody sent', () => {
    const escalated = (id: string) =>
      told(id, 'arrived', {
        message: message({ body: JSON.stringify({ escalation: { scope, id } }) }),
      });
    const opened = (number: number) => incident(number, 'open', { cause: 'escalation' });
    const again = [escalated('e1'), opened(1), escalated('e1'), resolved(1, { at: 1 })];
    expect(() => see(opened(1))).toThrow(
      'R20: validate#1 was opened, and validate was escalated 0',
    );
    expect(() => see(...again)).not.toThrow();
    expect(() => see(...again, opened(2))).toThrow('escalated 1 times');
    expect(() => see(...again, escalated('e2'), opened(2))).not.toThrow();
  });

  test('finds a crash that another message recorded anew, or with fewer resolutions', () => {
    const by = (receipt: string, incidentsOver: number) => ({
      id: 'c1',
      at: 1,
      receipt,
      incidentsOver,
    });
    const item = (fields: object) => ({ pk: scope, sk: 'crash#1#c1', ...fields });
    const anew = (before: object, after: object) => () =>
      see(written('incidents', item(before), item(after)));
    expect(anew(by('m1', 0), by('m1', 1))).not.toThrow();
    expect(anew(by('m1', 1), by('m1', 1))).not.toThrow();
    expect(anew(by('m1', 0), by('m2', 1))).toThrow('R20: crash c1 was recorded anew by another');
    expect(anew(by('m1', 1), by('m1', 0))).toThrow('R20: crash c1 of 1 resolutions is now of 0');
  });

  test('accepts no other incident for crashes that a resolution has read', () => {
    const first = [...crashes(10), incident(1), resolved(1, { at: 20_000 })];
    expect(() => see(...first).end()).not.toThrow();
    expect(() => see(...first, incident(2))).toThrow('no window');
    const late = Array.from({ length: 10 }, (_, n) => crash(50 + n, 9_000, { incidentsOver: 1 }));
    expect(() => see(...first, ...late).end()).toThrow('opened no incident');
    expect(() => see(...first, ...late, incident(2)).end()).not.toThrow();
  });

  test('keeps the crashes of the quiet period after a quiet resolution', () => {
    const quiet = resolved(1, { at: 30_000, quietSince: 12_000 });
    const during = [...crashes(10), incident(1), ...crashes(5, 1_000, 15), quiet];
    expect(() => see(...during).end()).not.toThrow();
    const more = Array.from({ length: 5 }, (_, n) => crash(40 + n, 25_000, { incidentsOver: 1 }));
    expect(() => see(...during, ...more).end()).toThrow('R20');
  });

  test('finds a storm that opened nothing as soon as its last message is gone, whatever opens later', () => {
    expect(() => see(...crashes(10), told('c9', 'left'))).toThrow('opened no incident');
    expect(() => see(...crashes(9), told('c8', 'left'))).not.toThrow();
    expect(() => see(...crashes(10), incident(1), told('c9', 'left'))).not.toThrow();
    expect(() => see(...crashes(10), told('c9', 'left', { how: 'redriven' }))).not.toThrow();
  });

  test('counts no crash about which another message is still there', () => {
    const twice = [told('c3', 'arrived'), told('c3', 'arrived'), ...crashes(10)];
    const checker = see(...twice, told('c9', 'left'), told('c3', 'left'));
    expect(() => checker.see(told('c3', 'left'))).toThrow('opened no incident');
  });

  test('finds crashes that were recorded while an operator resolved, and opened nothing', () => {
    const first = [...crashes(10), incident(1), resolved(1, { at: 20_000 })];
    expect(() => see(...first, told('c9', 'left'))).not.toThrow();
    const meanwhile = crashes(10, 1_000, 15);
    expect(() => see(...first, ...meanwhile, told('c24', 'left'))).toThrow('opened no incident');
  });

  test('gives the crashes that met an open incident until its quiet was looked at again', () => {
    const quiet = { resolved: { at: 40_000, quietSince: 12_000 } };
    const met = [...crashes(10), incident(1), ...crashes(10, 1_000, 15)];
    const checker = see(...met, incident(1, 'resolved', quiet, {}), told('c24', 'left'));
    const finished = incident(1, 'resolved', { ...quiet, phase: 'finished' }, {});
    expect(() => checker.see(finished)).toThrow('opened no incident');
    expect(() =>
      see(...met, incident(1, 'resolved', quiet, {}), incident(2), finished),
    ).not.toThrow();
    expect(() => see(...met, finished, told('c24', 'left'))).toThrow('opened no incident');
  });

  test('finds a crash that was published and not recorded', () => {
    const event = { id: 'c99', component: scope, at: 1 };
    const arrived: Effect = {
      kind: 'arrived',
      queue: queueNamed('incident'),
      message: message({ body: JSON.stringify(event) }),
    };
    const checker = see(arrived);
    expect(checker.unfinished()).toBe('crash c99 is not recorded');
    checker.see(crash(99));
    expect(checker.unfinished()).toBeUndefined();
  });
});

describe('R21: the checker of incidents', () => {
  const opened = [...crashes(10), incident(1)];

  test('waits until on-call and management were notified, and it is over', () => {
    const checker = see(...opened);
    expect(checker.unfinished()).toBe('incident validate#1 is not told to oncall');
    checker.see(page('validate#1'));
    checker.see(page('validate#1', 'management', 'page-again'));
    expect(checker.unfinished()).toBe('incident validate#1 is not told to management');
    checker.see(page('validate#1', 'management', 'notice'));
    expect(checker.unfinished()).toBe('incident validate#1 is open');
    checker.see(resolved(1, { at: 20_000 }));
    expect(checker.unfinished()).toBeUndefined();
  });

  test('finds a page of no incident, and one with another key', () => {
    expect(() => see(...opened, page('validate#2'))).toThrow('which is not there');
    expect(() => see(...opened, page('validate#1', 'oncall', 'page', 'y'))).toThrow('told as y');
  });
});

describe('R31: an escalation', () => {
  const queued = (kind: 'arrived' | 'left') =>
    told('', kind, {
      message: message({ body: JSON.stringify({ escalation: { scope, id: 'e1' } }) }),
    });
  const recorded = written('incidents', undefined, { pk: scope, sk: 'escalation#e1' });
  const opened = (number: number) => incident(number, 'open', { cause: 'escalation' });

  test('is not done with before an incident has gone on since it was recorded', () => {
    expect(() => see(queued('arrived'), recorded, queued('left'))).toThrow('R31');
    expect(() => see(queued('arrived'), recorded, opened(1), queued('left'))).not.toThrow();
    const over = [opened(1), resolved(1, { at: 1 })];
    expect(() => see(queued('arrived'), ...over, recorded, queued('left'))).toThrow('R31');
    const during = [queued('arrived'), opened(1), recorded, resolved(1, { at: 1 }), queued('left')];
    expect(() => see(...during)).not.toThrow();
  });
});
