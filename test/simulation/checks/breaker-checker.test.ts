import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { BreakerChecker } from '../../../simulation/checks/breaker-checker.ts';
import type { Effect } from '../../../simulation/effects.ts';
import { HEALTHY } from '../../../simulation/faults.ts';
import type { Host } from '../../../simulation/host.ts';
import { SERVERS } from '../../../simulation/outside.ts';
import { hostAt, scheduler, written } from './history.ts';

const { now } = scheduler;
const one = hostAt('one');
const other = hostAt('other');
const later = hostAt('later', 60_000);
const callOf = (number: number) => ({
  ...{ number, method: 'PUT', url: `${SERVERS.shared}/Patient/p`, headers: {}, body: '' },
  begunAt: 0,
});
const called: Effect = { kind: 'requested', call: callOf(1) };
const calledAgain: Effect = { kind: 'requested', call: callOf(2) };
const answered: Effect = { kind: 'answered', call: callOf(1), status: undefined };

const base = { pk: 'fhir-server', recent: [] };
const closed = (version: number, failures = 0, fields: object = {}) => ({
  ...base,
  ...{ phase: 'closed', generation: 0, version, failures, receipts: [`t${version}`], ...fields },
});
const open = (version: number, generation: number) => ({
  ...base,
  ...{ phase: 'open', generation, version, openUntil: now + 30_000, receipts: [`t${version}`] },
});
const probing = (version: number, owner: string | undefined) => ({
  ...base,
  ...{ phase: 'half-open', generation: 2, version, receipts: [`t${version}`] },
  ...(owner !== undefined && { probe: { owner, leaseUntil: now + 40_000 } }),
});

type Change = [object | undefined, object];

const see = (...history: [Effect | Change, Host][]) => seeWhereClocksDiffer(0, ...history);

function seeWhereClocksDiffer(
  skewMs: number,
  ...history: [Effect | Change, Host][]
): BreakerChecker {
  const drawn = { ...HEALTHY, functions: { ...HEALTHY.functions, skewMs } };
  const checker = new BreakerChecker({ drawn });
  for (const [what, by] of history) {
    const effect = Array.isArray(what) ? written('breakers', what[0], what[1]) : what;
    checker.see(effect, by);
  }
  return checker;
}

describe('the checker of breakers', () => {
  test('accepts that failures count, a probe starts at its time, and its owner closes', () => {
    const shut = closed(6, 0, { generation: 3 });
    const checker = see(
      [called, one],
      [answered, one],
      [[undefined, closed(1, 1)], one],
      [called, other],
      [answered, other],
      [[closed(1, 1), open(2, 1)], other],
      [[open(2, 1), probing(3, 'p1')], later],
    );
    checker.see(written('breakers', probing(3, 'p1'), probing(4, undefined)), later);
    checker.see(written('breakers', probing(4, undefined), probing(5, 'p2')), other);
    const closing = written('breakers', probing(5, 'p2'), shut);
    expect(() => checker.see(closing, other)).not.toThrow();
  });

  test('R13: finds a save on a state that was replaced, and a result that counts twice', () => {
    const failing: [Effect, Host][] = [
      [called, one],
      [answered, one],
    ];
    expect(() => see(...failing, [[closed(3), closed(3, 1)], one])).toThrow('R13: fhir-server');
    expect(() => see(...failing, [[closed(3), open(4, 2)], one])).toThrow('saved over');
    const again = closed(4, 1, { receipts: ['t3'] });
    expect(() => see(...failing, [[closed(3), again], one])).toThrow('twice');
  });

  test('R13: finds a failure that no call had', () => {
    const counted: [Change, Host] = [[closed(3), closed(4, 1)], one];
    expect(() => see([called, one], counted)).toThrow('0 of its calls in generation 0 failed');
    const well: Effect = { kind: 'answered', call: callOf(1), status: 201 };
    expect(() => see([called, one], [well, one], counted)).toThrow('R13');
    expect(() => see([called, one], [{ ...well, status: 503 }, one], counted)).not.toThrow();
    const twice: [Change, Host] = [[closed(4, 1), closed(5, 2)], one];
    expect(() => see([called, one], [answered, one], counted, twice)).toThrow('counted 2 failures');
  });

  test('R17: finds somebody else than an operator who ends what one forced', () => {
    const forcedTo = (until: number) =>
      closed(4, 0, { generation: 1, recent: [{ generation: 1, by: 'ada' }], forced: { until } });
    const forcing = (until: number): [Change, Host] => [[closed(3), forcedTo(until)], later];
    const opened = (until: number): [Change, Host] => [[forcedTo(until), open(5, 2)], one];
    const failing: [Effect, Host][] = [
      [called, one],
      [answered, one],
    ];
    const until = one.now() + 1;
    expect(() => see(forcing(until), ...failing, opened(until))).toThrow('R17: ');
    expect(() => see(forcing(one.now()), ...failing, opened(one.now()))).not.toThrow();
  });

  test('R40: accepts that anybody confirms published transitions, if nothing else changes', () => {
    const confirmed = { ...probing(3, 'p1'), publishedTo: 2 };
    const taken: [Change, Host] = [[open(2, 1), probing(3, 'p1')], later];
    const checker = see(taken, [[probing(3, 'p1'), confirmed], one]);
    expect(() =>
      checker.see(written('breakers', confirmed, probing(4, undefined)), later),
    ).not.toThrow();
    const more = { ...confirmed, successes: 1 };
    expect(() => see(taken, [[probing(3, 'p1'), more], one])).toThrow('R13');
  });

  test('R13: finds a failure of a call that began in an older generation', () => {
    const shut = closed(4, 0, { generation: 3 });
    const failed = closed(5, 1, { generation: 3 });
    const history: [Change, Host][] = [[[probing(3, 'p1'), shut], later]];
    const owned = see([called, one], [[open(2, 1), probing(3, 'p1')], later], ...history);
    expect(() => owned.see(written('breakers', shut, failed), one)).toThrow('0 of its calls');
  });

  test('R13: finds a probe that another environment decides', () => {
    const taken: [Change, Host] = [[open(2, 1), probing(3, 'p1')], later];
    const decided: [Change, Host] = [[probing(3, 'p1'), probing(4, undefined)], one];
    expect(() => see(taken, decided)).toThrow("that is later's");
  });

  test('R13: accepts that one call takes a second lease after an operator ended the phase of its first', () => {
    const again = { ...probing(3, 'p1'), receipts: ['p1'] };
    const opened = { ...open(2, 1), receipts: ['p1'] };
    expect(() => see([[opened, again], later])).not.toThrow();
    const result = { ...again, probe: undefined };
    expect(() => see([[opened, result], later])).toThrow('R13: fhir-server: version 3');
  });

  test('R10, R12: finds a probe that comes too early', () => {
    expect(() => see([[open(2, 1), probing(3, 'p1')], one])).toThrow('R10: one left');
    const taken: [Change, Host] = [[open(2, 1), probing(3, 'p1')], hostAt('x', 35_000)];
    const early = probing(4, 'p2');
    expect(() => see(taken, [[probing(3, 'p1'), early], hostAt('y', 39_999)])).toThrow('R12: y');
    expect(() => see(taken, [[probing(3, 'p1'), early], hostAt('y', 40_000)])).not.toThrow();
  });

  describe('for probes', () => {
    const taken: [Change, Host] = [[open(2, 1), probing(3, 'p1')], hostAt('x', 30_000)];
    const x = hostAt('x', 30_000);
    const takenOver: [Change, Host] = [[probing(3, 'p1'), probing(4, 'p2')], hostAt('y', 40_000)];
    const late = { owner: 'p2', leaseUntil: now + 60_000 };
    const over: [Change, Host] = [
      [probing(3, 'p1'), { ...probing(4, 'p2'), probe: late }],
      hostAt('y', 40_000),
    ];

    test('R12: finds two that are in flight at once', () => {
      const y = hostAt('y', 40_000);
      expect(() => see(taken, [called, x], over, [calledAgain, y])).toThrow('R12: y probes');
      expect(() => see(taken, [called, x], [answered, x], over, [calledAgain, y])).not.toThrow();
      const died: Effect = { kind: 'died' };
      expect(() => see(taken, [called, x], [died, x], over, [calledAgain, y])).not.toThrow();
    });

    test('R16: finds one that may outlive its lease', () => {
      expect(() => see(taken, takenOver, [called, hostAt('y', 36_000)])).toThrow(
        'R16: y began a probe of fhir-server 4000 ms before',
      );
    });

    test('R16: finds one that may outlive its lease by another clock', () => {
      expect(() => seeWhereClocksDiffer(35_000, taken, [called, x])).not.toThrow();
      expect(() => seeWhereClocksDiffer(35_001, taken, [called, x])).toThrow('R16: x began');
    });
  });

  test('R15: ignores calls that a host makes by a breaker of its own while the store fails', () => {
    const command = { input: { TableName: 'stack-breakers', Key: { pk: 'fhir-server' } } };
    const asked: Effect = { kind: 'called', service: 'dynamodb', command };
    const failed: Effect = { ...asked, kind: 'failed', error: new Error('down') };
    const x = hostAt('x', 39_500);
    const taken: [Change, Host] = [[open(2, 1), probing(3, 'p1')], x];
    expect(() => see(taken, [asked, x], [failed, x], [asked, x], [called, x])).not.toThrow();
    const later = hostAt('x', 40_500);
    const again: [Effect, Host][] = [
      [failed, x],
      [asked, later],
    ];
    expect(() => see(taken, ...again, [called, later])).toThrow('R16: x began');
    const leased = { input: { TableName: 'stack-breakers', Item: probing(3, 'p1') } };
    const unanswered: Effect = { ...failed, command: leased };
    expect(() => see(taken, [unanswered, x], [called, x])).toThrow('R16: x began');
    const refused = new ConditionalCheckFailedException({ message: '', $metadata: {} });
    const beaten: Effect = { ...asked, kind: 'failed', error: refused };
    expect(() => see(taken, [beaten, x], [called, x])).toThrow('R16: x began');
  });

  test('R17: accepts a state that an operator forced', () => {
    const word = closed(3, 0, { generation: 2, recent: [{ generation: 2, by: 'ann' }] });
    expect(() => see([[open(2, 1), word], one])).not.toThrow();
  });

  test('R10: finds an environment that counts by another policy than its own', () => {
    const byShare = { ...HEALTHY, settings: { ...HEALTHY.settings, breakerShare: 0.5 } };
    const count = (drawn: typeof HEALTHY) => {
      const checker = new BreakerChecker({ drawn });
      checker.see(called, one);
      checker.see(answered, one);
      checker.see(written('breakers', closed(1), closed(2, 1)), one);
    };
    expect(() => count(HEALTHY)).not.toThrow();
    expect(() => count(byShare)).toThrow('R10: one counts failures of fhir-server');
  });
});
