import { describe, expect, test } from 'vitest';
import { EndingsChecker } from '../../../simulation/checks/endings-checker.ts';
import { orderOf, placeOf } from '../../../simulation/checks/resources-checker.ts';
import type { Effect } from '../../../simulation/effects.ts';
import type { Message } from '../../../simulation/sqs/message.ts';
import type { Submission } from '../../../simulation/submission.ts';
import { hop, hostAt, message, queueNamed, submission, written } from './history.ts';

const one = submission();
const killer = submission({ messageId: 'm2', nature: 'kill' });
const first = message();
const isolated = hop('h1', { messageId: 'm1', lane: 'critical' });

const sent = (of: Submission): Effect => ({ kind: 'submitted', submission: of });
const arrived = (what: Message, queue = 'critical'): Effect => ({
  kind: 'arrived',
  queue: queueNamed(queue),
  message: what,
});
const left = (
  what: Message,
  queue = 'critical',
  how: 'deleted' | 'redriven' = 'deleted',
): Effect => ({ kind: 'left', queue: queueNamed(queue), message: what, how });
const stored = (of: Submission) =>
  written('resources', undefined, { pk: placeOf(of), submissionOrder: orderOf(of) });
const entered = (id: string, status: string, kind?: string, before?: string) =>
  written('quarantine', before === undefined ? before : { pk: id, status: before }, {
    pk: id,
    status,
    kind,
  });
const told = (messageId: string, verdict: string, redrivenAt?: number): Effect => ({
  kind: 'published',
  topic: 'arn:aws:sns:us-east-1:000000000000:stack-outcomes',
  message: JSON.stringify({ messageId, verdict, redrivenAt }),
  attributes: {},
});

function checked(...effects: Effect[]): EndingsChecker {
  const checker = new EndingsChecker({ scheduler: { now: 0 } });
  for (const effect of effects) checker.see(effect);
  return checker;
}

describe('R04: the checker of endings', () => {
  test('accepts a message that is stored, published and deleted', () => {
    const checker = checked(arrived(first), sent(one), stored(one), told('m1', 'stored'));
    expect(checker.unfinished()).toContain('still in a queue');
    checker.see(left(first));
    expect(checker.unfinished()).toBeUndefined();
    expect(() => checker.end()).not.toThrow();
  });

  test('finds one that an operator or an erasure discards while it runs again', () => {
    const round = (status: string) => () =>
      checked(arrived(first), sent(one), entered('m1', 'discarded', undefined, status));
    expect(round('quarantined')).not.toThrow();
    expect(round('redriven')).toThrow('was redriven, and was discarded');
    const erase = (status: string) => () => {
      const erased = { pk: 'm1', status: 'discarded', erasure: 1 };
      checked(arrived(first), sent(one), written('quarantine', { pk: 'm1', status }, erased));
    };
    expect(erase('quarantined')).not.toThrow();
    expect(erase('redriven')).toThrow('was redriven, and was discarded');
  });

  test('finds a corrected resource that is rejected again, unless the one that was wrong came too', () => {
    const wrong = submission({ nature: 'invalid', corrected: '{"fixed":true}' });
    const sentBack = (body: string, round = 1) =>
      arrived({ ...hop(`h${body}`, { messageId: 'm1', round }), body }, 'critical-isolation');
    const again = (round = 1) =>
      written(
        'quarantine',
        { pk: 'm1', status: 'redriven' },
        {
          ...{ pk: 'm1', status: 'quarantined', kind: 'rejection', round },
        },
      );
    const begun = [arrived(first), sent(wrong), entered('m1', 'quarantined', 'rejection')];
    const fixed = sentBack('{"fixed":true}');
    expect(() => checked(...begun, fixed, again())).toThrow('R04: #1 (m1, invalid, of hospital-a)');
    expect(() => checked(...begun, fixed, sentBack('{}'), again())).not.toThrow();
    expect(() => checked(...begun, sentBack('{}'), fixed, again())).not.toThrow();
    expect(() => checked(...begun, fixed, sentBack('{}', 2), again(2))).not.toThrow();
    expect(() => checked(...begun, fixed, told('m1', 'stored'))).not.toThrow();
  });

  test('accepts that the original is deleted once its copy is in the isolation queue', () => {
    const hops = [arrived(first), sent(one), arrived(isolated, 'critical-isolation'), left(first)];
    expect(checked(...hops).unfinished()).toContain('has not ended');
    expect(() => checked(...hops, left(isolated, 'critical-isolation'))).toThrow(
      'its last copy is gone',
    );
  });

  test('counts each member of a group of suspects', () => {
    const member = (messageId: string) => ({
      body: '{}',
      attributes: { 'failsafe-envelope': JSON.stringify({ messageId, lane: 'critical' }) },
    });
    const group = message({
      id: 'g1',
      body: JSON.stringify([member('m1'), member('m2')]),
      attributes: { 'failsafe-group': { DataType: 'String', StringValue: '2' } },
    });
    const hops = [arrived(first), sent(one), arrived(group, 'critical-isolation'), left(first)];
    const checker = checked(...hops, stored(one));
    expect(() => checker.see(left(group, 'critical-isolation'))).toThrow('m2 was deleted');
  });

  test('counts a message that a newer submission replaced as stored', () => {
    const newer = submission({ messageId: 'm3', sentAt: 9_000 });
    const checker = checked(arrived(first), sent(one), sent(newer), stored(newer));
    expect(() => checker.see(left(first))).not.toThrow();
  });

  test('finds a message that SQS gave up on, after its dead letter is gone too', () => {
    const letter = { ...first };
    const moved = [left(first, 'critical', 'redriven'), arrived(letter, 'critical-dead-letter')];
    const checker = checked(arrived(first), sent(one), ...moved);
    expect(() => checker.see(left(letter, 'critical-dead-letter'))).toThrow('R04');
  });

  test('finds a message that is still under way, and one whose ending was not published', () => {
    expect(() => checked(arrived(first), sent(one)).end()).toThrow('has not ended');
    const untold = checked(arrived(first), sent(one), stored(one), left(first));
    expect(() => untold.end()).toThrow('nobody was told');
    const open = checked(sent(one), stored(one), entered('m1', 'in-isolation'));
    expect(open.unfinished()).toContain('still in-isolation');
  });

  test('R02, R09: finds an ending that is not the expected one', () => {
    const start = [arrived(first), sent(one)];
    expect(() => checked(...start, entered('m1', 'quarantined', 'dead-letter'))).toThrow('R02');
    expect(() => checked(...start, entered('m1', 'quarantined', 'rejection'))).toThrow('R09');
    expect(() => checked(...start, told('m1', 'rejected'))).toThrow('must be stored');
    expect(() => checked(sent(killer), told('m2', 'stored'))).toThrow('must be dead-lettered');
    expect(() => checked(told('x', 'stored'))).toThrow('nobody sent');
  });

  test('finds who is told two endings, unless a newer submission has replaced the first', () => {
    const unlisted = submission({ messageId: 'm4', nature: 'unlisted' });
    const both = [told('m4', 'stored'), told('m4', 'rejected')];
    const run: Effect = {
      ...{ kind: 'invoked', functionName: 'stack-validate-critical', requestId: 'r1' },
      event: { Records: [] },
    };
    const host = hostAt('stack-validate-critical#1');
    const tellBoth = (...before: Effect[]) => {
      const checker = checked(sent(unlisted), stored(unlisted), told('m4', 'stored'), ...before);
      checker.see(run, host);
      checker.see(both[1] as Effect, host);
    };
    expect(() => tellBoth()).toThrow('was told as stored, and as rejected');
    const newer = submission({ messageId: 'm5', sentAt: 9_000 });
    expect(() => tellBoth(sent(newer), stored(newer))).not.toThrow();
  });

  test('finds what has ended, and ends once more', () => {
    const at = (quarantinedAt: number, status = 'quarantined') => ({
      pk: 'm2',
      ...{ status, kind: 'dead-letter', quarantinedAt },
    });
    const again = (before: object, after: object) => () =>
      checked(
        sent(killer),
        written('quarantine', undefined, at(1)),
        written('quarantine', before, after),
      );
    expect(again(at(1), at(1))).not.toThrow();
    expect(again(at(1), at(2))).toThrow('was quarantined, and is quarantined once more');
    expect(again(at(1, 'discarded'), at(1))).toThrow('was discarded, and is quarantined');
    expect(again(at(1, 'redriven'), at(2))).not.toThrow();
  });

  test('counts a redriven message as open until it has ended again', () => {
    const ended = [sent(killer), entered('m2', 'quarantined', 'dead-letter')];
    const checker = checked(...ended, told('m2', 'dead-lettered'));
    expect(checker.unfinished()).toBeUndefined();
    checker.see(entered('m2', 'redriven', 'dead-letter', 'quarantined'));
    expect(checker.unfinished()).toContain('has not ended');
    checker.see(entered('m2', 'quarantined', 'dead-letter', 'redriven'));
    expect(checker.unfinished()).toBeUndefined();
  });
});

describe('R04: one ending a round', () => {
  const changing = submission({ nature: 'unlisted' });
  const newer = submission({ messageId: 'm9', sentAt: 9_000 });
  const [a, b] = [hostAt('stack-validate-critical#1'), hostAt('stack-validate-critical#2')];
  const begun = { kind: 'invoked', functionName: 'f', requestId: 'r', event: {} } as const;
  const redriven = hop('r1', { messageId: 'm1', lane: 'critical', round: 1 });

  function rejectedFirst(): EndingsChecker {
    const checker = checked(arrived(first), sent(changing));
    checker.see(begun, a);
    checker.see(told('m1', 'rejected'), a);
    return checker;
  }

  test('finds that a later delivery publishes another one', () => {
    const checker = rejectedFirst();
    checker.see(told('m1', 'rejected'), a);
    checker.see(begun, b);
    expect(() => checker.see(told('m1', 'stored'), b)).toThrow('told as rejected, and as stored');
  });

  test.each([
    [1, 0],
    [1, -15_001],
    [2, 0],
  ])('lets one differ that SQS calls the first: received %d times, first at %d', (receives, at) => {
    const record = {
      messageId: 'm1',
      body: '{}',
      attributes: {
        ApproximateReceiveCount: String(receives),
        ApproximateFirstReceiveTimestamp: String(at),
      },
      messageAttributes: {},
    };
    const checker = rejectedFirst();
    checker.see({ ...begun, event: { Records: [record] } }, b);
    const differs = expect(() => checker.see(told('m1', 'stored'), b));
    if (receives === 1 && at === 0) differs.not.toThrow();
    else differs.toThrow('told as rejected, and as stored');
  });

  test('lets two deliveries at the same time differ, and the next round', () => {
    const both = checked(arrived(first), sent(changing));
    both.see(begun, a);
    both.see(begun, b);
    both.see(told('m1', 'rejected'), a);
    expect(() => both.see(told('m1', 'stored'), b)).not.toThrow();
    const again = rejectedFirst();
    again.see(arrived(redriven, 'critical-isolation'), hostAt('operator#1'));
    again.see(begun, b);
    expect(() => again.see(told('m1', 'stored'), b)).not.toThrow();
  });

  test('lets the ending of one round be published when the next has begun', () => {
    const sentBack = (redrivenAt: number) =>
      hop(`r${redrivenAt}`, { messageId: 'm1', lane: 'critical', round: 1, redrivenAt });
    const checker = checked(arrived(first), sent(changing));
    checker.see(arrived(sentBack(6_000), 'critical-isolation'), hostAt('operator#1'));
    checker.see(arrived(sentBack(5_000), 'critical-isolation'), hostAt('operator#2'));
    checker.see(told('m1', 'rejected'), a);
    checker.see(begun, b);
    expect(() => checker.see(told('m1', 'stored', 5_000), b)).not.toThrow();
    checker.see(begun, a);
    expect(() => checker.see(told('m1', 'rejected', 6_000), a)).toThrow('told as stored, and as');
  });

  test('lets one differ that was stored and replaced by a newer one', () => {
    const checker = checked(arrived(first), sent(changing), stored(changing));
    checker.see(told('m1', 'stored'), a);
    checker.see(stored(newer));
    checker.see(begun, b);
    expect(() => checker.see(told('m1', 'rejected'), b)).not.toThrow();
  });

  test.each(['discarded', 'stored', 'delivered'])('finds that what was %s changes', (status) => {
    const changed = [
      arrived(first),
      sent(changing),
      entered('m1', 'redriven', 'rejection', status),
    ];
    expect(() => checked(...changed)).toThrow(`was ${status}, and is redriven`);
  });
});
