import { describe, expect, test } from 'vitest';
import type { Envelope } from '../../../core/message/messages.ts';
import {
  type Arrived,
  admit,
  largestOf,
  mayBeOfType,
  principalOf,
  sourceRulesSchema,
} from '../../../core/source/sources.ts';

const rules = sourceRulesSchema.parse({
  operators: ['AROAOPERATOR'],
  known: {
    'hospital-a': { senders: ['AROAHOSPITALA', 'AIDAHOSPITALA'], lanes: ['critical'] },
    lab: { senders: ['123456789012'], largestBytes: 100, resourceTypes: ['Observation'] },
  },
});
const OWN = ['AROAVALIDATE'];
const envelope: Envelope = { messageId: 'm', sentAt: 1, source: 'whoever', lane: 'critical' };

const fromA: Arrived = {
  lane: 'critical',
  queue: 'first',
  senderId: 'AROAHOSPITALA:session',
  messageGroupId: 'hospital-a',
  bytes: 10,
};
const fromLab: Arrived = { ...fromA, senderId: '123456789012', messageGroupId: 'lab' };
const hop: Arrived = {
  ...fromA,
  queue: 'behind',
  senderId: 'AROAVALIDATE:validate-critical',
  messageGroupId: 'whoever',
  envelope,
};

describe('R04: a refused message that is redriven unchanged', () => {
  const redriven = (claims: Envelope['claims'], sender = 'AROAHOSPITALA'): Arrived => {
    return { ...hop, envelope: { ...envelope, sender, claims } };
  };
  test.each<[string, Arrived, string]>([
    ['claims another source', redriven({ source: 'lab', group: 'hospital-a' }), 'other-source'],
    ['came without a group', redriven({}), 'message-group'],
    ['came with another group', redriven({ group: 'lab' }), 'message-group'],
  ])('is refused again if it %s', (_, arrived, problem) => {
    expect(admit(rules, OWN, arrived)).toMatchObject({ kind: 'refused', problem });
  });

  test('is accepted once the config is corrected, as is one that an older version refused', () => {
    const accepting = sourceRulesSchema.parse({ ...rules, messageGroups: 'accept' });
    const taken = { kind: 'admitted', source: 'hospital-a' };
    expect(admit(accepting, OWN, redriven({}))).toEqual(taken);
    const own = redriven({ source: 'hospital-a', group: 'hospital-a' });
    expect(admit(rules, OWN, own)).toEqual(taken);
    expect(admit(rules, OWN, redriven(undefined))).toEqual(taken);
  });
});

test('R09: if the envelope cannot be read the sender shows that it is ours, but the source is not known yet', () => {
  const { envelope: _, ...dark } = hop;
  expect(admit(rules, OWN, { ...dark, unreadable: true })).toEqual({
    kind: 'admitted',
    source: 'unknown',
  });
  const invented = { ...dark, unreadable: true, senderId: 'AROAHOSPITALA:session' };
  expect(admit(rules, OWN, invented)).toMatchObject({ kind: 'refused', problem: 'not-a-hop' });
});

describe('a sender', () => {
  test.each<[string, Arrived, string]>([
    ['by a role, whatever its session', fromA, 'hospital-a'],
    ['by a user', { ...fromA, senderId: 'AIDAHOSPITALA' }, 'hospital-a'],
    ['by an account', fromLab, 'lab'],
    ['that names its own source', { ...fromA, claimed: 'hospital-a' }, 'hospital-a'],
    ['with a message of the largest size', { ...fromLab, bytes: 100 }, 'lab'],
  ])('%s is admitted', (_, arrived, source) => {
    expect(admit(rules, OWN, arrived)).toEqual({ kind: 'admitted', source });
  });

  test.each<[string, Arrived, object]>([
    [
      'that the config does not know',
      { ...fromA, senderId: 'AROASTRANGER:AROAHOSPITALA' },
      { source: 'unknown', sender: 'AROASTRANGER', problem: 'unknown-sender' },
    ],
    [
      'that names another source',
      { ...fromLab, claimed: 'hospital-a' },
      { source: 'lab', sender: '123456789012', problem: 'other-source' },
    ],
    ['in a lane that is not its own', { ...fromA, lane: 'background' }, { problem: 'lane' }],
    ['without a group', { ...fromA, messageGroupId: undefined }, { problem: 'message-group' }],
    [
      'with the group of another',
      { ...fromA, messageGroupId: 'lab' },
      { problem: 'message-group' },
    ],
    ['with a message above its size', { ...fromLab, bytes: 101 }, { problem: 'size' }],
    [
      'of our own to the first queue',
      { ...hop, queue: 'first', envelope: undefined },
      { problem: 'unknown-sender' },
    ],
    [
      'that is an operator, to the first queue',
      { ...fromA, senderId: 'AROAOPERATOR:me' },
      { problem: 'unknown-sender' },
    ],
  ])('%s is refused', (_, arrived, refusal) => {
    expect(admit(rules, OWN, arrived)).toMatchObject({ kind: 'refused', ...refusal });
  });

  test('may leave out the group if the config accepts that', () => {
    const accepting = { ...rules, messageGroups: 'accept' as const };
    const arrived = { ...fromA, messageGroupId: undefined };
    expect(admit(accepting, OWN, arrived)).toMatchObject({ kind: 'admitted' });
  });
});

describe('an envelope', () => {
  test.each(['AROAVALIDATE:validate-critical', 'AROAOPERATOR:me'])(
    'from %s is trusted',
    (senderId) => {
      expect(admit(rules, OWN, { ...hop, senderId })).toEqual({
        kind: 'admitted',
        source: 'whoever',
      });
    },
  );

  test.each(['AROAHOSPITALA:x', 'AROASTRANGER:AROAVALIDATE', '123456789012', ''])(
    'from %s is not trusted, whoever it is',
    (senderId) => {
      expect(admit(rules, OWN, { ...hop, senderId })).toEqual({
        kind: 'refused',
        source: 'unknown',
        sender: senderId.split(':')[0],
        problem: 'not-a-hop',
      });
    },
  );

  test('with a first sender is decided again by that sender, without checking a group', () => {
    const of = (sender: string) => admit(rules, OWN, { ...hop, envelope: { ...envelope, sender } });
    expect(of('AROAHOSPITALA')).toEqual({ kind: 'admitted', source: 'hospital-a' });
    expect(of('AROASTRANGER')).toMatchObject({ problem: 'unknown-sender', sender: 'AROASTRANGER' });
  });

  test('that is missing behind the first queue leaves the sender’s own source', () => {
    const bare = { ...hop, envelope: undefined };
    expect(admit(rules, OWN, bare)).toMatchObject({ problem: 'unknown-sender' });
    expect(admit(rules, OWN, { ...bare, senderId: 'AROAHOSPITALA:x' })).toEqual({
      kind: 'admitted',
      source: 'hospital-a',
    });
  });
});

describe('with the single sender of an emulator', () => {
  const fixed = { ...rules, senderIds: 'fixed' as const };
  const one = { ...fromA, senderId: '000000000000' };

  test('a message has the source that it names, which must be known', () => {
    expect(admit(fixed, [], { ...one, claimed: 'hospital-a' })).toMatchObject({
      source: 'hospital-a',
    });
    expect(admit(fixed, [], one)).toEqual({ kind: 'admitted', source: 'hospital-a' });
    for (const claimed of ['nobody', 'toString', 'unknown']) {
      expect(admit(fixed, [], { ...one, claimed })).toMatchObject({ problem: 'unknown-sender' });
    }
    const silent = { ...one, messageGroupId: undefined };
    expect(admit(fixed, [], silent)).toMatchObject({
      sender: 'unknown',
      problem: 'unknown-sender',
    });
  });

  test('its other limits are still checked', () => {
    expect(admit(fixed, [], { ...one, lane: 'background' })).toMatchObject({ problem: 'lane' });
  });

  test('an envelope is trusted because of the queue that it came through', () => {
    expect(admit(fixed, [], { ...hop, senderId: '000000000000' })).toMatchObject({
      kind: 'admitted',
      source: 'whoever',
    });
  });
});

test('a source without limits accepts everything, and an absent type is not refused', () => {
  expect(largestOf(rules.known['lab'])).toBe(100);
  expect(largestOf(rules.known['hospital-a'])).toBe(Number.POSITIVE_INFINITY);
  expect(largestOf(undefined)).toBe(Number.POSITIVE_INFINITY);
  expect(mayBeOfType(rules.known['lab'], 'Observation')).toBe(true);
  expect(mayBeOfType(rules.known['lab'], 'Patient')).toBe(false);
  expect(mayBeOfType(rules.known['lab'], undefined)).toBe(true);
  expect(mayBeOfType(undefined, 'Patient')).toBe(true);
});

test('a principal is the part before the first colon', () => {
  expect(principalOf('AROAX:a:b')).toBe('AROAX');
  expect(principalOf('')).toBe('');
});
