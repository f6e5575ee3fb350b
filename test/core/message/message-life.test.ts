import { describe, expect, test } from 'vitest';
import {
  endingOf,
  lifeOf,
  type StoredRecord,
  type TroubleRecord,
} from '../../../core/message/message-life.ts';

const whence = {
  messageId: 'm-1',
  sentAt: 100,
  source: 'clinic',
  lane: 'background',
  file: 'a.ndjson',
  line: 7,
} as const;
const stored: StoredRecord = { ...whence, resourceType: 'Patient', storedAt: 900 };
const trouble = (fields: Partial<TroubleRecord> = {}): TroubleRecord => ({
  ...whence,
  status: 'quarantined',
  kind: 'rejection',
  reason: 'the body is blank',
  quarantinedAt: 300,
  attempts: [],
  rounds: [],
  ...fields,
});
const told = (...records: Parameters<typeof lifeOf>) =>
  lifeOf(...records)?.steps.map(({ at, what }) => `${at ?? '-'} ${what}`);
const RECEIVED = '100 received by the lane background, from clinic';

describe('R07: the life of a message', () => {
  test('is empty if the tables do not know it', () => {
    expect(lifeOf(undefined, [])).toBeUndefined();
  });

  test('is short if it was stored at once', () => {
    const life = lifeOf(stored, []);
    expect(life).toMatchObject({ ...whence, ending: 'stored' });
    expect(told(stored, [])).toEqual([RECEIVED, '900 stored as Patient']);
  });

  test.each([
    ['pending', '- waits to be delivered to the FHIR server'],
    ['delivered', '- delivered to the FHIR server'],
  ] as const)('continues to the FHIR server: %s', (delivery, last) => {
    expect(told({ ...stored, delivery }, [])?.at(-1)).toBe(last);
  });

  test('with a crash, dead letter, redrive and ending has all of it, in order', () => {
    const crashed = trouble({
      status: 'stored',
      attempts: [
        { requestId: 'r-3', startedAt: 800, ended: 850 },
        { requestId: 'r-4', startedAt: 860 },
      ],
      rounds: [
        {
          quarantinedAt: 300,
          kind: 'dead-letter',
          reason: 'TypeError at judge.ts:3',
          fingerprint: 'f',
          attempts: 2,
          redrivenAt: 700,
          by: 'ana',
          why: 'fixed',
        },
      ],
    });
    expect(told(stored, [crashed])).toEqual([
      RECEIVED,
      '300 dead-lettered: TypeError at judge.ts:3',
      '700 redriven by ana (fixed)',
      '800 ran alone',
      '850 survived',
      '860 ran alone',
      '900 stored as Patient',
    ]);
  });

  test('with a delivery that the FHIR server refused, and a resource stored before it, has them in order', () => {
    const refused = trouble({ kind: 'undelivered', reason: 'answered 422', quarantinedAt: 950 });
    const steps = told(stored, [refused]) ?? [];
    expect(steps.map((step) => step.split(' ', 1)[0]).slice(0, 3)).toEqual(['100', '900', '950']);
  });

  test('says how each attempt crashed', () => {
    const attempts = [
      { requestId: 'r-1', startedAt: 150, ended: 160, crash: 'exit', reason: 'status 1' },
      { requestId: 'r-2', startedAt: 170, ended: 180, crash: 'timeout' },
    ] as const;
    const steps = told(undefined, [trouble({ kind: 'dead-letter', attempts })]);
    expect(steps).toContain('160 crashed: exit status 1');
    expect(steps).toContain('180 crashed: timeout');
    expect(steps?.at(-1)).toBe('300 dead-lettered: the body is blank');
  });

  test('says who discarded it', () => {
    const discard = { at: 400, by: 'bob' };
    expect(told(undefined, [trouble({ status: 'discarded', discard })])?.slice(1)).toEqual([
      '300 rejected: the body is blank',
      '400 given up by bob',
    ]);
  });

  test.each([
    ['stored', '- stored; replaced by a newer submission, or expired since'],
    ['delivered', '- delivered to the FHIR server'],
    ['redriven', '- waits to be validated alone'],
    ['in-isolation', '- waits to be validated alone'],
  ] as const)('says how it ended if its entry is %s and no resource is stored', (status, last) => {
    expect(told(undefined, [trouble({ status })])?.at(-1)).toBe(last);
  });

  test('with an incomplete entry shows what is known', () => {
    const bare = trouble({ kind: undefined, reason: undefined, quarantinedAt: undefined });
    expect(told(undefined, [bare])).toContain('0 quarantined: no reason is known');
  });
});

test.each([
  [[], 'waiting'],
  [[{ status: 'quarantined', kind: 'rejection' }], 'rejected'],
  [[{ status: 'discarded', kind: 'rejection' }], 'rejected'],
  [[{ status: 'quarantined', kind: 'dead-letter' }], 'dead-lettered'],
  [[{ status: 'quarantined', kind: 'undelivered' }], 'stored'],
  [[{ status: 'redriven', kind: 'rejection' }], 'waiting'],
  [[{ status: 'in-isolation' }], 'waiting'],
  [[{ status: 'stored', kind: 'dead-letter' }], 'stored'],
  [[{ status: 'delivered', kind: 'undelivered' }], 'stored'],
] as const)('R04: the ending of %j is %s', (troubles, ending) => {
  expect(endingOf(troubles)).toBe(ending);
});
