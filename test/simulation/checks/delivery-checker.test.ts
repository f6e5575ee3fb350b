import { describe, expect, test } from 'vitest';
import { DeliveryChecker } from '../../../simulation/checks/delivery-checker.ts';
import type { Effect } from '../../../simulation/effects.ts';
import { SERVERS } from '../../../simulation/outside.ts';
import type { Scheduler } from '../../../simulation/scheduler.ts';
import type { FhirServer } from '../../../simulation/servers/fhir-server.ts';
import type { Submission } from '../../../simulation/submission.ts';
import { submission, written } from './history.ts';

const older = submission();
const newer = submission({ messageId: 'm2', number: 2, sentAt: 2_000 });
const others = submission({ messageId: 'm3', number: 3, source: 'hospital-b' });
const refusable = submission({ messageId: 'm4', number: 4, text: 'refused-by-server' });
const failing = submission({ messageId: 'm5', number: 5, text: 'failing-at-server' });
const refusableLater = submission({ ...refusable, messageId: 'm6', number: 6, sentAt: 3_000 });
/** What needs what: #7 refers to #8, and that to #9, which refers back. */
const [about, one, other] = [
  ['a', 'b'],
  ['b', 'c'],
  ['c', 'a'],
].map(([id = '', of = ''], n) =>
  submission({ messageId: `m${7 + n}`, number: 7 + n, id, patients: [id, of] }),
) as [Submission, Submission, Submission];
const bodyOf = (number: number) => JSON.stringify({ identifier: [{ value: String(number) }] });

/** Effects of one history; the server holds what was sent last. */
function see(
  ...history: (
    | Effect
    | {
        readonly put: number;
        readonly key?: string;
        readonly begunAt?: number;
        readonly named?: string;
      }
    | { readonly pass: number }
    | { readonly gone: string }
  )[]
) {
  const clock = { now: 1_000_000 };
  const scheduler = clock as Scheduler;
  const resources: FhirServer['resources'] = new Map();
  const its = { base: SERVERS.shared, resources, checksReferences: true };
  const fhirServers = [its as unknown as FhirServer];
  const submissions = new Map(
    [older, newer, others, refusable, failing, refusableLater, about, one, other].map((each) => [
      each.messageId,
      each,
    ]),
  );
  const checker = new DeliveryChecker({ submissions, fhirServers, scheduler });
  for (const submitted of submissions.values()) {
    checker.see({ kind: 'submitted', submission: submitted });
  }
  for (const step of history) {
    if ('pass' in step) clock.now += step.pass;
    else if ('gone' in step) resources.delete(step.gone);
    else if ('kind' in step) checker.see(step);
    else {
      const { put, key = 'Patient/a-p1', begunAt = clock.now, named } = step;
      const before = resources.get(key);
      const since = before?.since ?? clock.now;
      const after = { version: 1, body: bodyOf(put), at: clock.now, since };
      resources.set(key, after);
      const headers = named === undefined ? {} : { 'if-match': named };
      const call = { number: 1, method: 'PUT', url: '', headers, body: '', begunAt };
      checker.see({ kind: 'stored', call, server: SERVERS.shared, key, before, after });
    }
  }
  return checker;
}

const item = (messageId: string, fields: object = {}) =>
  written('resources', undefined, { pk: 'hospital-a#Patient#p1', messageId, ...fields });
const restored = { kind: 'restored', server: SERVERS.shared } as const;
const pending = (messageId: string) => item(messageId, { deliveryShard: 's' });

describe('the checker of deliveries', () => {
  test('R05: accepts that a delivery ends when the server has what Resources has', () => {
    const checker = see(pending('m1'), { put: 1 }, pending('m2'));
    expect(checker.unfinished()).toBe('hospital-a#Patient#p1 is not delivered');
    expect(see(pending('m2'), { put: 2 }, { put: 1 }, { put: 2 }, item('m2')).unfinished()).toBe(
      undefined,
    );
  });

  test('R05: accepts that a server forgot what it had, and what was on its way to it', () => {
    const delivered = [pending('m2'), { put: 2 }, item('m2')];
    expect(() => see(...delivered, restored, { put: 1, begunAt: 0 })).not.toThrow();
    expect(() => see(...delivered, restored, { pass: 1 }, { put: 1 })).not.toThrow();
    expect(() => see(pending('m2'), restored, { put: 1 }, item('m2'))).not.toThrow();
    const confirmedLate = [{ put: 1, begunAt: 0 }, { pass: 150_000 }, item('m2')];
    expect(() => see(pending('m2'), { put: 2 }, restored, ...confirmedLate)).not.toThrow();
  });

  test('R05: accepts that another client deleted what was put', () => {
    const removed = { kind: 'removed', server: SERVERS.shared, key: 'Patient/a-p1' } as const;
    const put = [pending('m2'), { put: 2 }];
    expect(() => see(...put, removed, { gone: 'Patient/a-p1' }, item('m2'))).not.toThrow();
    expect(() => see(...put, { gone: 'Patient/a-p1' }, item('m2'))).toThrow('holds nothing');
    expect(() => see(...put, item('m2'), removed, { put: 1 })).not.toThrow();
  });

  test('R05: finds what is wrong after a server forgot what it had', () => {
    const later = [restored, { pass: 90_000 }, pending('m2')];
    expect(() => see(...later, { put: 1 }, item('m2'))).toThrow('R05: #2 counts as delivered');
    const late = [{ put: 1, begunAt: 0 }, { pass: 150_000 }, item('m2')];
    expect(() => see(pending('m2'), restored, ...late)).toThrow('R05: #2 counts as delivered');
    const putAnew = [pending('m2'), { put: 2 }, restored, { put: 2 }, ...late];
    expect(() => see(...putAnew)).toThrow('R05: #2 counts as delivered');
    const overwritten = [...later, { put: 2 }, item('m2'), { put: 1 }];
    expect(() => see(...overwritten)).toThrow('R05: #1 was put over #2');
  });

  test('R05: finds a delivery that ends too soon', () => {
    expect(() => see(pending('m2'), item('m2'))).toThrow('R05: #2 counts as delivered');
    expect(() => see(pending('m2'), { put: 1 }, item('m2'))).toThrow('holds #1');
  });

  test('R18: finds a delivery that ends because of the server’s own fault', () => {
    const refused = (messageId: string) => item(messageId, { deliveryRefused: 'answered 404' });
    expect(() => see(pending('m2'), refused('m2'))).toThrow('R18: #2 is not sent again');
    expect(see(pending('m4'), refused('m4')).unfinished()).toBeUndefined();
  });

  describe('of a server that checks references', () => {
    const stored = ({ id, messageId }: Submission, fields: object = { deliveryShard: 's' }) =>
      written('resources', undefined, { pk: `hospital-a#Patient#${id}`, messageId, ...fields });
    const refused = stored(about, { deliveryRefused: 'answered 400' });
    const soon = { pass: 30_000 };
    const later = { pass: 61_000 };

    test('R18: finds what was refused while what it refers to is still to come, or is there', () => {
      const there = { put: 8, key: 'Patient/a-b' };
      const early = 'R18: #7 is not sent again';
      expect(() =>
        see(stored(one), stored(about), { put: 9, key: 'Patient/a-c' }, later, refused),
      ).toThrow(early);
      expect(() => see(stored(about), there, later, there, refused)).toThrow(early);
    });

    test('R18: accepts a refusal for what is not stored, was stored or delivered just now, or was refused', () => {
      expect(() => see(stored(about), later, refused)).not.toThrow();
      expect(() => see(stored(about), stored(one), soon, refused)).not.toThrow();
      const there = { put: 8, key: 'Patient/a-b' };
      expect(() => see(stored(about), there, soon, refused)).not.toThrow();
      const erased = stored(one, { erasure: 1 });
      expect(() => see(stored(one), later, erased, stored(about), refused)).not.toThrow();
    });

    test('R18: accepts a refusal of what waits for itself', () => {
      expect(() => see(stored(about), stored(one), stored(other), later, refused)).not.toThrow();
    });
  });

  test('R18: what fails for its own sake ends too', () => {
    expect(see(pending('m5')).unfinished()).toBe('hospital-a#Patient#p1 is not delivered');
    expect(see(pending('m5'), item('m5', { deliveryRefused: 'answered 500' })).unfinished()).toBe(
      undefined,
    );
  });

  test('R05: finds an older version that arrives when everything counts as delivered', () => {
    const delivered = [pending('m2'), { put: 2 }, item('m2')];
    expect(() => see(...delivered, { put: 2 })).not.toThrow();
    expect(() => see(...delivered, { put: 1 })).toThrow('R05: #1 was put over #2');
  });

  test('R05: accepts a late PUT only where it names a version that its server has used twice', () => {
    const delivered = [pending('m2'), { put: 2 }, item('m2')];
    const late = { put: 1, named: 'W/"1"' };
    expect(() => see(...delivered, late)).toThrow('R05: #1 was put over #2');
    expect(() => see(pending('m1'), { put: 1 }, ...delivered, late)).not.toThrow();
    expect(() => see(pending('m1'), { put: 1 }, ...delivered, { put: 1 })).toThrow('R05');
  });

  test('R05: accepts a late PUT after a newer submission was refused, unless it replaces a newer one that counted as delivered', () => {
    const refused = [pending('m6'), item('m6', { deliveryRefused: 'answered 422' })];
    expect(() => see(pending('m1'), ...refused, { put: 1 })).not.toThrow();
    const delivered = [pending('m2'), { put: 2 }, item('m2')];
    expect(() => see(...delivered, ...refused, { put: 2 })).not.toThrow();
    expect(() => see(...delivered, ...refused, { put: 1 })).toThrow('R05: #1 was put over #2');
    // The server accepted #2 while #1 could still come, so #2 never counted as delivered.
    const accepted = [pending('m2'), { put: 2 }];
    expect(() => see(...accepted, ...refused, { put: 1 })).not.toThrow();
    expect(() => see(...accepted, ...refused, { put: 1 }, { put: 2 })).not.toThrow();
  });

  test('R51: finds a resource in another source’s place, and one that nobody sent', () => {
    expect(() => see({ put: 3 })).toThrow('R51: #3 of hospital-b');
    expect(() => see({ put: 3, key: 'Patient/b-p1' })).not.toThrow();
    expect(() => see({ put: 99 })).toThrow('nobody sent');
  });
});
