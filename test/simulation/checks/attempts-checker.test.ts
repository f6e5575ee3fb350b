import { describe, expect, test } from 'vitest';
import { AttemptsChecker } from '../../../simulation/checks/attempts-checker.ts';
import type { Effect } from '../../../simulation/effects.ts';
import type { Host } from '../../../simulation/host.ts';
import type { Nature } from '../../../simulation/submission.ts';
import { hop, hostAt, queueNamed, submission, written } from './history.ts';

const SUCCESS = { status: 'success', payload: '' } as const;
const alone = (requestId: string, queue = 'critical-isolation', count = 1): Effect => ({
  kind: 'invoked',
  functionName: 'stack-validate-critical',
  requestId,
  event: {
    Records: Array.from({ length: count }, () => ({ eventSourceARN: queueNamed(queue).arn })),
  },
});
const attempts = (...all: object[]) =>
  written('quarantine', undefined, { pk: 'm1', status: 'in-isolation', attempts: all });
const deadLetter = (...all: object[]) =>
  written(
    'quarantine',
    { pk: 'm1', status: 'in-isolation', attempts: all },
    { pk: 'm1', status: 'quarantined', kind: 'dead-letter', attempts: all },
  );
const seen = (requestId: string) => ({ requestId, crash: 'exit', ended: 9 });
const died = (requestId: string) => ({ requestId });

function see(nature: Nature, ...effects: Effect[]): void {
  const submissions = new Map([['m1', submission({ nature })]]);
  const checker = new AttemptsChecker({ submissions });
  for (const effect of effects) checker.see(effect);
}

describe('the checker of attempts', () => {
  const runs = ['r1', 'r2', 'r3'].map((id) => alone(id));

  test('R02: accepts a dead letter after two crashes that were seen, or three attempts', () => {
    expect(() => see('exit', ...runs, deadLetter(seen('r1'), seen('r2')))).not.toThrow();
    const three = deadLetter(died('r1'), died('r2'), died('r3'));
    expect(() => see('kill', ...runs, three)).not.toThrow();
  });

  test('R02: finds a dead letter after fewer', () => {
    expect(() => see('exit', ...runs, deadLetter(seen('r1')))).toThrow('after 1 crashes alone');
    expect(() => see('kill', ...runs, deadLetter(seen('r1'), died('r2')))).toThrow('R02');
    const survived = { requestId: 'r2', ended: 9 };
    expect(() => see('exit', ...runs, deadLetter(seen('r1'), survived))).toThrow('R02');
  });

  test('R02: finds an attempt that did not run alone', () => {
    expect(() => see('exit', attempts(died('r1')))).toThrow('did not run alone');
    expect(() => see('exit', alone('r1', 'critical'), attempts(died('r1')))).toThrow('R02');
    expect(() => see('exit', alone('r1', 'critical-isolation', 2))).toThrow('R03');
  });

  test('R09: finds a recorded crash of a resource that does not crash', () => {
    expect(() => see('valid', ...runs, attempts(seen('r1')))).toThrow('R09');
    expect(() => see('valid', ...runs, attempts(died('r1')))).not.toThrow();
    expect(() => see('flaky', ...runs, attempts(seen('r1')))).not.toThrow();
    expect(() => see('flaky', ...runs, attempts(seen('r1'), seen('r2')))).toThrow('R09');
  });
});

describe('R02, R09: of an attempt that another environment makes', () => {
  const [own, other] = [hostAt('validate#1'), hostAt('validate#2')];
  const changed = (before: readonly object[], after: readonly object[], round?: number) => {
    const entry = { pk: 'm1', status: 'in-isolation' };
    const now = { ...entry, ...(round !== undefined && { round }), attempts: after };
    return written('quarantine', { ...entry, attempts: before }, now);
  };
  const ran = { requestId: 'r1' };
  const survived = { requestId: 'r1', ended: 9 };
  const crashed = { requestId: 'r1', crash: 'exit' };

  function seeBy(by: Host, effect: Effect, owner = own, between?: Effect): void {
    const submissions = new Map([['m1', submission({ nature: 'exit' })]]);
    const checker = new AttemptsChecker({ submissions });
    checker.see(alone('r1'), owner);
    if (between !== undefined) checker.see(between, owner);
    checker.see(effect, by);
  }

  test('nobody else says how it ended', () => {
    expect(() => seeBy(own, changed([ran], [survived]))).not.toThrow();
    expect(() => seeBy(other, changed([ran], [survived]))).toThrow('R02: validate#2 ended');
  });

  test('an observer says that its environment died, and not while it is alive, or has ended', () => {
    const dead = hostAt('validate#3');
    dead.kill();
    expect(() => seeBy(other, changed([ran], [crashed]), dead)).not.toThrow();
    expect(() => seeBy(other, changed([ran], [crashed]))).toThrow('it is alive');
    const both = { ...survived, crash: 'exit' };
    expect(() => seeBy(other, changed([survived], [both]), dead)).toThrow('that has ended');
  });

  test('nobody else forgets what it came to', () => {
    expect(() => seeBy(other, changed([survived], [ran]))).toThrow('R02: validate#2 forgot');
    expect(() => seeBy(other, changed([crashed], [ran]))).toThrow('R02: validate#2 forgot');
    expect(() => seeBy(own, changed([crashed], [survived]))).not.toThrow();
  });

  test('nobody else removes it, unless a message takes it back, or a round begins', () => {
    const removed = changed([ran], []);
    expect(() => seeBy(own, removed)).not.toThrow();
    expect(() => seeBy(other, removed)).toThrow('R09: validate#2 removed');
    expect(() => seeBy(other, changed([ran], [], 1))).not.toThrow();
    const queue = queueNamed('critical-isolation');
    const message = hop('m2', { messageId: 'm1', voided: ['r1'] });
    const sentAnew: Effect = { kind: 'arrived', queue, message };
    expect(() => seeBy(other, removed, own, sentAnew)).not.toThrow();
  });

  test('R09: one that the copy takes back which was dead-lettered is no reason for that', () => {
    const letterOf = (...voided: readonly string[]) => {
      const submissions = new Map([['m1', submission({ nature: 'kill' })]]);
      const checker = new AttemptsChecker({ submissions });
      for (const id of ['r1', 'r2', 'r3']) checker.see(alone(id), other);
      const { attributes } = hop('m2', { voided });
      const [[name, envelope] = ['', undefined]] = Object.entries(attributes);
      const messageAttributes = { [name]: { stringValue: envelope?.StringValue } };
      const { arn: eventSourceARN } = queueNamed('critical-isolation');
      const event = { Records: [{ eventSourceARN, messageAttributes }] };
      checker.see({ kind: 'invoked', functionName: 'f', requestId: 'r4', event }, own);
      const queue = queueNamed('critical-dead-letter');
      checker.see({ kind: 'arrived', queue, message: hop('m3', { messageId: 'm1' }) }, own);
      return () => checker.see(deadLetter(died('r1'), died('r2'), died('r3')), own);
    };
    expect(letterOf('r1')).toThrow('after 2 crashes alone');
    expect(letterOf()).not.toThrow();
  });

  describe('R04: while it runs', () => {
    const over = (by: Host): [Effect, Host] => [
      { kind: 'ended', functionName: 'f', requestId: 'r1', outcome: SUCCESS },
      by,
    ];
    function begin(...events: readonly (readonly [Effect, Host])[]): void {
      const submissions = new Map([['m1', submission({ nature: 'exit' })]]);
      const checker = new AttemptsChecker({ submissions });
      checker.see(alone('r1'), own);
      checker.see(changed([], [ran]), own);
      for (const [effect, by] of events) checker.see(effect, by);
      checker.see(alone('r2'), other);
      const others = events.some(([{ kind }]) => kind === 'written') ? [crashed] : [ran];
      checker.see(changed(others, [...others, { requestId: 'r2' }]), other);
    }

    test('no other attempt of its message begins', () => {
      expect(() => begin()).toThrow('R04: validate#2 runs');
      expect(() => begin(over(own))).not.toThrow();
      expect(() => begin([{ kind: 'died' }, own])).not.toThrow();
      expect(() => begin([changed([ran], [crashed]), own])).not.toThrow();
      const queue = queueNamed('critical-isolation');
      const sentAnew = { kind: 'arrived', queue, message: hop('m2', { voided: ['r1'] }) } as const;
      expect(() => begin([sentAnew, own])).not.toThrow();
    });

    test('its resource is stored only when its end is on record', () => {
      const stored = written('resources', undefined, { pk: 'Patient/p1', messageId: 'm1' });
      const store = (attempt: object, by = own, between?: readonly [Effect, Host]) => {
        const submissions = new Map([['m1', submission({})]]);
        const checker = new AttemptsChecker({ submissions });
        checker.see(alone('r1'), own);
        checker.see(changed([], [attempt]), own);
        if (between !== undefined) checker.see(...between);
        checker.see(stored, by);
      };
      expect(() => store(ran)).toThrow('R04: validate#1 stored');
      expect(() => store(survived)).not.toThrow();
      expect(() => store(ran, other)).not.toThrow();
      expect(() => store(ran, own, over(own))).not.toThrow();
    });
  });
});
