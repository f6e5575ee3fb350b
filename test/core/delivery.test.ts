import { describe, expect, test } from 'vitest';
import {
  canEndUrl,
  countFailure,
  howToWait,
  isItsOwn,
  meaningOf,
  serverIsWell,
  shardName,
  textToSend,
} from '../../core/delivery.ts';

describe('the meaning of an answer', () => {
  test.each([
    [200, 'delivered'],
    [201, 'delivered'],
    [304, 'failed'],
    [400, 'refused'],
    [404, 'refused'],
    [422, 'refused'],
    [401, 'failed'],
    [403, 'failed'],
    [408, 'failed'],
    [429, 'failed'],
    [500, 'failed'],
    [503, 'failed'],
  ] as const)('%d is %s', (status, meaning) => {
    expect(meaningOf(status, true)).toBe(meaning);
    expect(meaningOf(status, false)).toBe(meaning);
  });

  test.each([409, 412])('%d is about the version, if one was named', (status) => {
    expect(meaningOf(status, true)).toBe('other version');
    expect(meaningOf(status, false)).toBe('refused');
  });

  test('a refusal shows a server that is well', () => {
    expect(serverIsWell('refused')).toBe(true);
    expect(serverIsWell('failed')).toBe(false);
  });
});

describe('R18: a failure', () => {
  const three = countFailure(countFailure(countFailure(undefined, 4), 4), 4);
  const closed = { phase: 'closed', generation: 4, failures: 0 } as const;

  test('is its own after three, if somebody else was served in between', () => {
    expect(three).toEqual({ generation: 4, count: 3 });
    expect(isItsOwn(three, closed, 3)).toBe(true);
    expect(isItsOwn(three, { ...closed, failures: 2 }, 3)).toBe(true);
  });

  test('is not while nobody is served, nor in an outage, however often it happens', () => {
    expect(isItsOwn(three, { ...closed, failures: 3 }, 3)).toBe(false);
    expect(isItsOwn(three, { ...closed, phase: 'open' }, 3)).toBe(false);
    expect(isItsOwn(three, undefined, 3)).toBe(false);
    expect(isItsOwn(three, { ...closed, generation: 5 }, 3)).toBe(false);
    expect(isItsOwn({ generation: 4, count: 2 }, closed, 3)).toBe(false);
    expect(isItsOwn(three, { phase: 'closed', generation: 4 }, 3)).toBe(true);
  });

  test('of another generation does not count', () => {
    expect(countFailure(three, 6)).toEqual({ generation: 6, count: 1 });
  });
});

describe('R18: waiting', () => {
  const policy = { inFlightMax: 100, receivesMax: 20 };
  const waiting = { retryAt: 31_000, receives: 1, inFlight: 0 };

  test('is invisible, spread over as long again as the breaker asks for', () => {
    expect(howToWait(waiting, 1_000, 0, policy)).toEqual({ kind: 'invisibly', seconds: 30 });
    expect(howToWait(waiting, 1_000, 0.5, policy)).toEqual({ kind: 'invisibly', seconds: 45 });
    expect(howToWait(waiting, 40_000, 0, policy)).toEqual({ kind: 'invisibly', seconds: 1 });
    const long = { ...waiting, retryAt: 9_999_999 };
    expect(howToWait(long, 0, 0, policy)).toEqual({ kind: 'invisibly', seconds: 900 });
  });

  test('leaves the queue where too many wait, or one has waited too often', () => {
    const marked = { kind: 'marked', until: 31_000 };
    expect(howToWait({ ...waiting, inFlight: 100 }, 1_000, 0, policy)).toEqual(marked);
    expect(howToWait({ ...waiting, receives: 20 }, 1_000, 0, policy)).toEqual(marked);
  });
});

test('a resource that came without an id is sent with the one it is known by, otherwise as it is', () => {
  const text = ' {"resourceType":"Patient","n":1.10}';
  expect(textToSend(text, undefined, 'm-1')).toBe('{"id":"m-1","resourceType":"Patient","n":1.10}');
  expect(textToSend(text, 'a', 'a')).toBe(text);
});

test('what is pending is spread over sixteen shards', () => {
  const names = Array.from({ length: 100 }, (_, n) => shardName(n));
  expect(new Set(names).size).toBe(16);
  expect(names).toContain('pending#0');
});

test.each([
  ['.', false],
  ['..', false],
  ['...', true],
  ['a', true],
])('whether a URL can end with %j: %j, as URL itself has it', (id, can) => {
  expect(canEndUrl(id)).toBe(can);
  const { pathname } = new URL(`http://a/Patient/${encodeURIComponent(id)}`);
  expect(pathname.endsWith(`/Patient/${id}`)).toBe(can);
});
