import { describe, expect, test } from 'vitest';
import {
  canEndUrl,
  countFailure,
  endIsUnknown,
  type Failures,
  howToWait,
  isItsOwn,
  meaningOf,
  retryTime,
  saidIn,
  serverIsWell,
  shardName,
  textToSend,
} from '../../../core/delivery/delivery-meaning.ts';

const outcome = (...issue: object[]) => JSON.stringify({ resourceType: 'OperationOutcome', issue });
const ANY = outcome({ severity: 'error', code: 'processing' });
const AT_NAME = outcome({ severity: 'error', expression: ['Patient.name[0].family'] });
const meaning = (status: number, body: string, inVain = false, isNamed = false, wasRead = true) =>
  meaningOf(saidIn(status, body), 'Patient', { isNamed, wasRead, inVain });

describe('the meaning of an answer', () => {
  test.each([
    [200, '', 'delivered'],
    [201, '', 'delivered'],
    [200, '{"resourceType":"Patient"}', 'delivered'],
    [200, '<Patient xmlns="http://hl7.org/fhir"/>', 'delivered'],
    [200, '<?xml version="1.0"?><Patient/>', 'delivered'],
    [200, '<!DOCTYPE html><title>Sign in</title>', 'failed'],
    [201, ' <HTML>', 'failed'],
    [
      200,
      '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN">',
      'failed',
    ],
    [200, '\ufeff<!-- served by - -- a proxy -->\n<!-- 2 --><html>', 'failed'],
    [200, '<head><title>Sign in</title>', 'failed'],
    [200, '<body onload="x()">', 'failed'],
    [200, '<?xml version="1.0"?><!-- html --><Patient/>', 'delivered'],
    [200, '<BodyStructure xmlns="http://hl7.org/fhir"/>', 'delivered'],
    [200, '<!-- <html> ', 'delivered'],
    [301, '', 'failed'],
    [304, '', 'delivered'],
    [307, '', 'failed'],
    [400, ANY, 'refused'],
    [404, ANY, 'refused'],
    [422, outcome(), 'refused'],
    [422, AT_NAME, 'refused'],
    [409, ANY, 'other version'],
    [412, '', 'other version'],
    [428, '', 'other version'],
  ] as const)('%d with %j is %s', (status, body, means) => {
    expect(meaning(status, body)).toBe(means);
  });

  test.each([
    ...['', '<html>404</html>', '{}', 'null', '[]', '{"resourceType":"Patient"}', '{"issue":[]}'],
    ANY.slice(0, -3),
  ])('R18: a 4xx with %j does not come from a FHIR server', (body) => {
    for (const status of [400, 404, 405, 410, 413, 422, 499]) {
      expect(meaning(status, body)).toBe('failed');
    }
  });

  test.each([401, 402, 403, 406, 407, 408, 415, 421, 423, 425, 426, 429, 431])(
    'R18: %d is about us, the connection or the moment, whatever the server says',
    (status) => {
      expect([ANY, AT_NAME, ''].map((body) => meaning(status, body))).toEqual(
        Array(3).fill('failed'),
      );
    },
  );

  test.each(['transient', 'lock-error', 'no-store', 'timeout', 'incomplete', 'throttled'])(
    'R18: a 4xx that says %s will pass, so it is not about the resource',
    (code) => {
      const passing = { severity: 'error', code };
      expect(meaning(400, outcome(passing))).toBe('failed');
      expect(meaning(400, outcome(passing, { severity: 'warning', code: 'value' }))).toBe('failed');
      expect(meaning(400, outcome(passing, { severity: 'fatal', code: 'value' }))).toBe('refused');
      expect(meaning(400, outcome({ severity: 'information', code }))).toBe('refused');
    },
  );

  test('R18: 400 may be about the version, if none was named and it has not been read', () => {
    expect(meaning(400, ANY, false, false, false)).toBe('other version');
    expect(meaning(400, ANY, false, false, true)).toBe('refused');
    expect(meaning(400, ANY, false, true, false)).toBe('refused');
    expect(meaning(400, '', false, false, false)).toBe('failed');
    expect(meaning(422, ANY, false, false, false)).toBe('refused');
    const passing = outcome({ severity: 'error', code: 'throttled' });
    expect(meaning(400, passing, false, false, false)).toBe('failed');
  });

  test.each([404, 410])(
    'R18: %d is about the version, if one was named and reading it has helped',
    (status) => {
      expect(meaning(status, ANY, false, true)).toBe('other version');
      expect(meaning(status, ANY, true, true)).toBe('refused');
      expect(meaning(status, ANY, false, false)).toBe('refused');
      expect(meaning(status, '', false, true)).toBe('failed');
    },
  );

  test.each([409, 412, 428])(
    '%d is treated like any 4xx after the version could not be read',
    (status) => {
      expect(meaning(status, ANY, true)).toBe('refused');
      expect(meaning(status, '', true)).toBe('failed');
    },
  );

  test.each([502, 503, 504])('R18: a gateway’s %d is never blamed on the resource', (status) => {
    for (const body of ['', ANY, AT_NAME]) expect(meaning(status, body)).toBe('failed');
  });

  test.each([
    ['a FHIRPath into it', AT_NAME],
    ['one element, as a location', outcome({ severity: 'fatal', location: ['Patient.birthDate'] })],
    ['an XPath into it', outcome({ severity: 'error', location: ['/f:Patient/f:name'] })],
    [
      'one element among others',
      outcome({ severity: 'error' }, { expression: ['x', 'Patient.name'] }),
    ],
  ])('a 500 whose outcome has %s may be the resource’s fault', (_, body) => {
    expect(meaning(500, body)).toBe('failed at an element');
    expect(meaning(501, body)).toBe('failed at an element');
  });

  test.each([
    ['nothing', ''],
    ['no place', ANY],
    ['the type alone', outcome({ severity: 'error', expression: ['Patient'] })],
    ['another type', outcome({ severity: 'error', expression: ['Observation.value'] })],
    ['a longer type name', outcome({ severity: 'error', expression: ['PatientList.x'] })],
    ['a warning', outcome({ severity: 'warning', expression: ['Patient.name'] })],
    ['a line', outcome({ severity: 'error', location: ['Line 1, Col 2'] })],
    ['a value that is not a list', outcome({ severity: 'error', expression: 'Patient.name' })],
  ])('R18: a 500 with %s is the server’s fault', (_, body) => {
    expect(meaning(500, body)).toBe('failed');
  });

  test('a refusal shows that the server works; a failure does not, whatever its outcome says', () => {
    expect(serverIsWell('refused')).toBe(true);
    expect(serverIsWell('other version')).toBe(true);
    expect(serverIsWell('failed')).toBe(false);
    expect(serverIsWell('failed at an element')).toBe(false);
  });

  test('R05: the end of a PUT is unknown without an answer, and if a gateway or a fault answers', () => {
    const isUnknown = (status: number) => endIsUnknown(saidIn(status, ANY));
    expect([0, 408, 500, 502, 503, 504].every(isUnknown)).toBe(true);
    expect([200, 201, 304, 400, 404, 412, 422, 429].some(isUnknown)).toBe(false);
  });

  test('R05: so it is if a server says that it gave up waiting', () => {
    const isUnknown = (code: string) =>
      endIsUnknown(saidIn(400, outcome({ severity: 'error', code })));
    expect(['timeout', 'transient'].every(isUnknown)).toBe(true);
    expect(['throttled', 'lock-error', 'value'].some(isUnknown)).toBe(false);
    expect(endIsUnknown(saidIn(400, ''))).toBe(false);
  });
});

describe('R18: a failure', () => {
  const fail = (isOwn: boolean, before?: Failures) =>
    countFailure(before, { isOwn, status: 500, now: 7 });
  const three = fail(true, fail(false, fail(true, fail(true))));
  const closed = { phase: 'closed', failures: 0 } as const;

  test('is counted, with the time of the first', () => {
    expect(three).toEqual({ count: 4, own: 3, since: 7, status: 500 });
    expect(countFailure(three, { isOwn: false, status: 0, now: 9 })).toEqual({
      count: 5,
      own: 3,
      since: 7,
      status: 0,
    });
  });

  test('is blamed on the resource after three that point into it, if another was served since', () => {
    expect(isItsOwn(three, closed, 3)).toBe(true);
    expect(isItsOwn(three, { ...closed, failures: 2 }, 3)).toBe(true);
    expect(isItsOwn(three, { phase: 'closed' }, 3)).toBe(true);
  });

  test('is not blamed on it while nobody is served, nor in an outage, however often it happens', () => {
    expect(isItsOwn(three, { ...closed, failures: 3 }, 3)).toBe(false);
    expect(isItsOwn(three, { ...closed, phase: 'open' }, 3)).toBe(false);
    expect(isItsOwn(three, undefined, 3)).toBe(false);
    expect(isItsOwn({ count: 99, own: 2, since: 0, status: 500 }, closed, 3)).toBe(false);
  });

  test('is tried again after its back-off, or when the server asks for it, within a limit', () => {
    expect(retryTime({ count: 1 }, undefined, 1_000)).toBe(2_000);
    expect(retryTime({ count: 3 }, 2_000, 1_000)).toBe(5_000);
    expect(retryTime({ count: 1 }, 121_000, 1_000)).toBe(121_000);
    expect(retryTime({ count: 1 }, 9_999_999, 1_000)).toBe(901_000);
  });
});

describe('R18: waiting', () => {
  const policy = { inFlightMax: 100, receivesMax: 20 };
  const waiting = { retryAt: 31_000, receives: 1, inFlight: 0 };

  test('is invisible for as long as the breaker asks for, plus a random time of the same length', () => {
    expect(howToWait(waiting, 1_000, 0, policy)).toEqual({ kind: 'invisibly', seconds: 30 });
    expect(howToWait(waiting, 1_000, 0.5, policy)).toEqual({ kind: 'invisibly', seconds: 45 });
    expect(howToWait(waiting, 40_000, 0, policy)).toEqual({ kind: 'invisibly', seconds: 1 });
    const long = { ...waiting, retryAt: 9_999_999 };
    expect(howToWait(long, 0, 0, policy)).toEqual({ kind: 'invisibly', seconds: 900 });
  });

  test('leaves the queue if too many messages wait, or one has waited too often', () => {
    const marked = { kind: 'marked', until: 31_000 };
    expect(howToWait({ ...waiting, inFlight: 100 }, 1_000, 0, policy)).toEqual(marked);
    expect(howToWait({ ...waiting, receives: 20 }, 1_000, 0, policy)).toEqual(marked);
  });

  test('lasts no longer out of the queue than half an hour: an operator may close a breaker before its time', () => {
    const forced = { ...waiting, inFlight: 100, retryAt: 24 * 3_600_000 };
    expect(howToWait(forced, 0, 0, policy)).toEqual({ kind: 'marked', until: 900_000 });
    expect(howToWait(forced, 0, 0.5, policy)).toEqual({ kind: 'marked', until: 1_350_000 });
  });
});

test('a resource that came without an id is sent with the id of its message, any other unchanged', () => {
  const text = ' {"resourceType":"Patient","n":1.10}';
  expect(textToSend(text, undefined, 'm-1')).toBe('{"id":"m-1","resourceType":"Patient","n":1.10}');
  expect(textToSend(text, 'a', 'a')).toBe(text);
});

test('pending deliveries are spread over sixteen shards', () => {
  const names = Array.from({ length: 100 }, (_, n) => shardName(n));
  expect(new Set(names).size).toBe(16);
  expect(names).toContain('pending#0');
});

test.each([
  ['.', false],
  ['..', false],
  ['...', true],
  ['a', true],
])('whether a URL can end with %j: %j, by the rules of URL itself', (id, can) => {
  expect(canEndUrl(id)).toBe(can);
  const { pathname } = new URL(`http://a/Patient/${encodeURIComponent(id)}`);
  expect(pathname.endsWith(`/Patient/${id}`)).toBe(can);
});
