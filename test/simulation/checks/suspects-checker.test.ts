import { describe, expect, test } from 'vitest';
import { SuspectsChecker } from '../../../simulation/checks/suspects-checker.ts';
import type { Effect } from '../../../simulation/effects.ts';
import { hop, hostAt, queueNamed, submission, written } from './history.ts';

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

function see(...effects: Effect[]): void {
  const checker = new SuspectsChecker({ submissions: new Map([['m1', submission()]]) });
  for (const effect of effects) checker.see(effect, by);
}

describe('R03: the checker of suspects', () => {
  test('lets a message be isolated that was in an environment that died, or crashed', () => {
    expect(() => see(invoked, mark('m1'), died, isolated())).not.toThrow();
    expect(() => see(isolated({ crash: 'exit' }))).not.toThrow();
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

  test('lets one go from one isolation to another', () => {
    expect(() => see(invoked, died, isolated(), isolated())).not.toThrow();
  });

  test('lets one be sent anew that an operator had sent back to isolation', () => {
    const checker = new SuspectsChecker({ submissions: new Map([['m1', submission()]]) });
    checker.see(isolated({ round: 1 }), hostAt('operator#1'));
    expect(() => checker.see(isolated({ round: 1, voided: ['r1'] }), by)).not.toThrow();
  });
});
