import { describe, expect, test } from 'vitest';
import { SuspectsChecker } from '../../../simulation/checks/suspects-checker.ts';
import type { Effect } from '../../../simulation/effects.ts';
import { hop, hostAt, queueNamed, scheduler, submission, written } from './history.ts';

const by = hostAt('stack-validate-critical#1');
const about = { functionName: 'stack-validate-critical', requestId: 'r1' };
const invoked: Effect = { kind: 'invoked', ...about, event: { Records: [{ messageId: 'm1' }] } };
const outcome = { status: 'success', payload: '{}' } as const;
const ended: Effect = { kind: 'ended', ...about, outcome };
const died: Effect = { kind: 'died' };
const mark = (...messageIds: string[]) =>
  written('inflight', undefined, { pk: 'mark#critical#0', requestId: 'r1', messageIds });
const isolated = (envelope: object = {}): Effect => ({
  kind: 'arrived',
  queue: queueNamed('critical-isolation'),
  message: hop('h1', { messageId: 'm1', ...envelope }),
});

const submissions = new Map([['m1', submission()]]);

function see(...effects: Effect[]): void {
  const checker = new SuspectsChecker({ submissions, scheduler });
  for (const effect of effects) checker.see(effect, by);
}

describe('R03: the checker of suspects', () => {
  test('lets a message be isolated that was in an environment that died, or crashed', () => {
    expect(() => see(invoked, mark('m1'), died, isolated())).not.toThrow();
    expect(() => see(isolated({ crash: 'exit' }))).not.toThrow();
  });

  test('lets one be isolated that took long in a batch, and no other', () => {
    expect(() => see({ kind: 'given up', number: 1 }, isolated())).not.toThrow();
    expect(() => see({ kind: 'given up', number: 2 }, isolated())).toThrow('R03: #1');
  });

  test('finds one that was given back, after the mark was emptied', () => {
    const innocent = 'R03: #1 (m1, valid, of hospital-a) was isolated by stack-validate-critical#1';
    expect(() => see(isolated())).toThrow(innocent);
    expect(() => see(invoked, mark('m1'), mark(), ended, isolated())).toThrow(innocent);
    expect(() => see(invoked, mark('m1'), mark(), ended, died, isolated())).toThrow(innocent);
  });

  test('lets one be isolated that a mark may still name', () => {
    expect(() => see(invoked, mark('m1'), ended, isolated())).not.toThrow();
    const former = written('inflight', undefined, {
      ...{ pk: 'mark#critical#0', requestId: 'r0', messageIds: [] },
    });
    expect(() => see(former, invoked, ended, isolated())).not.toThrow();
  });

  const again = (requestId: string, receives: number, queue = 'critical'): Effect => {
    const eventSourceARN = `arn:aws:sqs:us-east-1:000000000000:stack-${queue}`;
    const attributes = { ApproximateReceiveCount: String(receives) };
    const event = { Records: [{ messageId: 'm1', attributes, eventSourceARN }] };
    return { kind: 'invoked', functionName: about.functionName, requestId, event };
  };
  /** Its lease ended long before, or ends in an hour. */
  const markOf = (requestId: string, leaseEndsAt = 1_000) =>
    written('inflight', undefined, {
      ...{ pk: 'mark#critical#0', sk: `${leaseEndsAt}#e`, requestId, messageIds: ['m1'] },
    });

  test('finds one that runs beside others again, after its environment died', () => {
    const what = 'R03: #1 (m1, valid, of hospital-a) runs in stack-validate-critical#1 without';
    const after = [invoked, markOf('r1'), died];
    expect(() => see(...after, again('r2', 2), markOf('r2'))).toThrow(what);
    expect(() => see(...after, again('r2', 2), isolated(), markOf('r2'))).not.toThrow();
    expect(() => see(...after, again('r2', 2, 'critical-isolation'), markOf('r2'))).not.toThrow();
    const forgotten = written('inflight', { pk: 'suspect#m1', messageId: 'm1' }, undefined);
    expect(() => see(...after, again('r2', 2), forgotten, markOf('r2'))).not.toThrow();
  });

  test('lets one run again whose death nobody can know of', () => {
    const after = [invoked, markOf('r1'), died];
    expect(() => see(...after, again('r2', 1), markOf('r2'))).not.toThrow();
    expect(() => see(invoked, died, again('r2', 2), markOf('r2'))).not.toThrow();
    const held = scheduler.now + 3_600_000;
    expect(() =>
      see(invoked, markOf('r1', held), died, again('r2', 2), markOf('r2')),
    ).not.toThrow();
  });

  test('lets one go from one isolation to another', () => {
    expect(() => see(invoked, died, isolated(), isolated())).not.toThrow();
  });

  test('lets one be sent anew that an operator had sent back to isolation', () => {
    const submissions = new Map([['m1', submission()]]);
    const checker = new SuspectsChecker({ submissions, scheduler });
    checker.see(isolated({ round: 1 }), hostAt('operator#1'));
    expect(() => checker.see(isolated({ round: 1, voided: ['r1'] }), by)).not.toThrow();
  });
});
