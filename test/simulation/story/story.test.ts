import { describe, expect, test } from 'vitest';
import type { Effect } from '../../../simulation/effects.ts';
import { Story } from '../../../simulation/story/story.ts';
import { hop, hostAt, message, queueNamed, submission, written } from '../checks/history.ts';

const one = hostAt('stack-validate-critical#1');
const other = hostAt('stack-audit#1');
const three = submission({ number: 3 });
const isolated = hop('h1', { messageId: 'm1', lane: 'critical', round: 2 });
const invoked = (requestId: string, body = message()): Effect => ({
  kind: 'invoked',
  functionName: 'stack-validate-critical',
  requestId,
  event: {
    Records: [
      { messageId: body.id, messageAttributes: {}, eventSourceARN: queueNamed('critical').arn },
    ],
  },
});

function told(...effects: [Effect | string, typeof one | undefined][]): string[] {
  let now = 0;
  const story = new Story('stack', () => now);
  for (const [what, by] of effects) {
    now += 1_500;
    if (typeof what === 'string') story.follow(what);
    else story.see(what, by);
  }
  return story.tell({ message: 'R04: #3 (m1, valid, of hospital-a) is gone' }).split('\n');
}

describe('the story of a failure', () => {
  test('has what concerns the submission, and what happened to those that worked on it', () => {
    const story = told(
      [{ kind: 'submitted', submission: three }, undefined],
      [invoked('12345678-r1'), one],
      ['2 stack-validate-critical#1 dynamodb PutCommand lostAnswer', undefined],
      ['2 stack-audit#1 dynamodb PutCommand lostAnswer', undefined],
      [written('audit', undefined, { pk: 'x' }), other],
      [written('quarantine', { pk: 'm1' }, { pk: 'm1', status: 'in-isolation' }), one],
      [{ kind: 'arrived', queue: queueNamed('critical-isolation'), message: isolated }, one],
      [{ kind: 'died' }, one],
      ['2 stack-validate-critical#1 sqs SendMessageCommand late', undefined],
      [{ kind: 'healed' }, undefined],
      [
        { kind: 'left', queue: queueNamed('critical'), message: message(), how: 'expired' },
        undefined,
      ],
    );
    expect(story).toEqual([
      '    1.500 s  hospital-a submits #3, valid: Patient/p1 to critical',
      '    3.000 s  validate-critical#1 begins 12345678 with #3 of critical',
      '    4.500 s  validate-critical#1: dynamodb PutCommand meets lostAnswer',
      '    9.000 s  validate-critical#1 writes quarantine #3: status in-isolation',
      '   10.500 s  validate-critical#1 puts #3 of round 2 into critical-isolation',
      '   12.000 s  validate-critical#1 dies',
      '   15.000 s  Faults heal.',
      '   16.500 s  AWS expired #3 from critical',
    ]);
  });

  test('is at most a page', () => {
    const again: [Effect, typeof one] = [invoked('r1'), one];
    const story = told(
      [{ kind: 'submitted', submission: three }, undefined],
      ...Array.from({ length: 100 }, () => again),
    );
    expect(story).toHaveLength(61);
    expect(story[12]).toContain('41 more');
  });
});
