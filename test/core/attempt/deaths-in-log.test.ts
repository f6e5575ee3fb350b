import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { componentOf, type Death, deathsOf } from '../../../core/attempt/deaths-in-log.ts';
import { lanes } from '../../../core/message/messages.ts';
import { platformRecord } from '../../support/logs.ts';

const STREAM = '2026/01/01/[$LATEST]abc';
const OOM = 'Runtime.OutOfMemory';
const EXIT = 'Runtime.ExitError';

const died = (requestId: string, errorType?: string, status = 'error') => ({
  requestId,
  status,
  ...(errorType !== undefined && { errorType }),
});

function deaths(lines: readonly string[], runsResources = true): Death[] {
  const events = lines.map((text, n) => ({ at: 1_000 + n, text }));
  return deathsOf(STREAM, events, runsResources);
}

describe('one death', () => {
  test('is one, though runtimeDone and report both report it; the more informative one counts', () => {
    const done = platformRecord('runtimeDone', died('r-1', EXIT));
    const report = platformRecord('report', died('r-1', OOM));
    const expected = [
      {
        id: 'r-1',
        requestId: 'r-1',
        kind: 'out-of-memory',
        reason: OOM,
        at: 1_000,
        during: 'resource',
      },
    ];
    expect(deaths([done, report])).toEqual(expected);
    expect(deaths([report, done])).toEqual(expected);
  });

  test('R20: each retry of an asynchronous invocation that dies is a death of its own', () => {
    const lines = [platformRecord('report', died('r-1', EXIT))];
    expect(deaths(lines, false)).toMatchObject([{ id: `r-1@${STREAM}`, requestId: 'r-1' }]);
    const events = [{ at: 61_000, text: lines[0] ?? '' }];
    expect(deathsOf('another', events, false)).toMatchObject([{ id: 'r-1@another' }]);
    // All reporters of a resource's crash give it the id of the request.
    expect(deathsOf('another', events, true)).toMatchObject([{ id: 'r-1' }]);
  });

  test.each([
    ['a timeout', died('r', 'Sandbox.Timedout', 'timeout'), 'timeout', 'Sandbox.Timedout'],
    ['a timeout without a type', died('r', undefined, 'timeout'), 'timeout', 'Sandbox.Timedout'],
    ['a process that ended', died('r', EXIT), 'exit', EXIT],
    ['a failure of the platform', died('r', undefined, 'failure'), 'exit', 'status failure'],
    ['an error that the handler threw', died('r', 'TypeError'), 'exception', 'TypeError'],
    ['a type that is not a class name', died('r', 'no John Doe'), 'exit', 'status error'],
  ])('R08: %s has its kind and a reason without PHI', (_, record, kind, reason) => {
    expect(deaths([platformRecord('report', record)])).toMatchObject([{ kind, reason }]);
  });

  test('lines about anything but a death are ignored', () => {
    const lines = [
      'not JSON',
      '"platform.report"',
      platformRecord('report', died('r', undefined, 'success')),
      JSON.stringify({ level: 'INFO', message: 'batch' }),
    ];
    expect(deaths(lines)).toEqual([]);
  });
});

describe('an init that failed', () => {
  const init = platformRecord('initReport', { status: 'error', errorType: EXIT });

  test('has no request id, and counts if no failed invocation of its stream follows', () => {
    const expected = { id: `init:${STREAM}:1000`, kind: 'exit', during: 'loading', at: 1_000 };
    expect(deaths([init])).toMatchObject([expected]);
    expect(deaths([init])[0]).not.toHaveProperty('requestId');
    // A second init of the same stream belongs to the same death.
    expect(deaths([init, init])).toHaveLength(1);
  });

  test('does not count if one follows: that is the death, while loading', () => {
    const done = platformRecord('runtimeDone', died('r-1', EXIT));
    const report = platformRecord('report', died('r-1', OOM));
    expect(deaths([init, done, report])).toMatchObject([
      { id: 'r-1', during: 'loading', kind: 'out-of-memory' },
    ]);
  });

  test('gives the reason if the invocation that waited for it does not', () => {
    const threw = platformRecord('initReport', { status: 'error', errorType: 'TypeError' });
    const done = platformRecord('runtimeDone', died('r-1', EXIT));
    expect(deaths([threw, done])).toMatchObject([
      { id: 'r-1', during: 'loading', kind: 'exception', reason: 'TypeError' },
    ]);
  });

  test('counts beside an invocation that failed before it', () => {
    const before = platformRecord('report', died('r-1', EXIT));
    expect(deaths([before, init]).map(({ id }) => id)).toEqual(['r-1', `init:${STREAM}:1001`]);
  });
});

describe('R09: what died decides whether a death is the resource’s or the component’s', () => {
  test.each([
    ['a process of validate', EXIT, true, 'resource'],
    ['an error that the handler of validate threw', 'TypeError', true, 'handling'],
    ['a process that runs no resource', EXIT, false, 'handling'],
  ])('%s', (_, errorType, runsResources, during) => {
    const line = platformRecord('report', died('r', errorType));
    expect(deaths([line], runsResources)).toMatchObject([{ during }]);
  });
});

test('a delivery that comes twice, or in parts, gives the same ids', () => {
  const line = fc.record({
    type: fc.constantFrom('runtimeDone' as const, 'report' as const),
    requestId: fc.constantFrom('a', 'b', 'c'),
    errorType: fc.constantFrom(EXIT, OOM),
  });
  fc.assert(
    fc.property(fc.array(line), fc.nat(), (records, at) => {
      const lines = records.map(({ type, requestId, errorType }) =>
        platformRecord(type, died(requestId, errorType)),
      );
      const cut = lines.length === 0 ? 0 : at % lines.length;
      const whole = new Set(deaths(lines).map(({ id }) => id));
      const parts = [...deaths(lines.slice(0, cut)), ...deaths(lines.slice(cut))];
      expect(new Set(parts.map(({ id }) => id))).toEqual(whole);
      expect(deaths(lines)).toHaveLength(whole.size);
    }),
  );
});

test.each([
  ['fhir-failsafe-dev-validate-critical', { component: 'validate', lane: 'critical' }],
  ['fhir-failsafe-dev-quarantine', { component: 'quarantine' }],
  ['fhir-failsafe-prod-quarantine', undefined],
  ['fhir-failsafe-dev-', undefined],
  ['somebody-else', undefined],
])('%s is the function of %o', (name, whose) => {
  expect(componentOf(name, 'dev', lanes)).toEqual(whose);
});
