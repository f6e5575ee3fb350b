import { PublishBatchCommand, PublishCommand } from '@aws-sdk/client-sns';
import { describe, expect, test } from 'vitest';
import { Scheduler } from '../../../simulation/scheduler.ts';
import { NO_SNS_FAULTS, Sns, type SnsFaults } from '../../../simulation/sns/sns.ts';
import { NO_QUEUE_FAULTS } from '../../../simulation/sqs/message.ts';
import { Sqs } from '../../../simulation/sqs/sqs.ts';

const TopicArn = 'arn:t';
const PLAN = { isFifo: false, visibilityMs: 30_000, retentionMs: 1e9, delayMs: 0 };

function topic(faults: Partial<SnsFaults> = {}, stuckMs = (_queue: string) => 0) {
  const scheduler = new Scheduler(1);
  const around = { scheduler, random: scheduler.random, tell: () => undefined };
  const sqs = new Sqs({
    ...around,
    faults: () => NO_QUEUE_FAULTS,
  });
  const sns = new Sns({ ...around, stuckMs, faults: () => ({ ...NO_SNS_FAULTS, ...faults }) });
  sns.create(TopicArn);
  const all = sqs.create({ ...PLAN, name: 'all', arn: 'arn:all' });
  const some = sqs.create({ ...PLAN, name: 'some', arn: 'arn:some' });
  sns.subscribe(TopicArn, { queue: all, filter: undefined });
  sns.subscribe(TopicArn, { queue: some, filter: { kind: ['a', 'b'] } });
  const fewer = sqs.create({ ...PLAN, name: 'fewer', arn: 'arn:fewer' });
  sns.subscribe(TopicArn, { queue: fewer, filter: { kind: ['a', { exists: false }] } });
  const run = () => scheduler.run(() => false);
  const runFor = (ms: number) => scheduler.run(() => false, scheduler.now + ms);
  return { sns, all, some, fewer, run, runFor };
}

const kind = (StringValue: string) => ({ kind: { DataType: 'String', StringValue } });

describe('a topic', () => {
  test('reaches one queue while its messages wait on their way to another', async () => {
    const { sns, all, some, run, runFor } = topic({}, (queue) => (queue === 'all' ? 600_000 : 0));
    sns.perform(new PublishCommand({ TopicArn, Message: 'm', MessageAttributes: kind('a') }));
    await runFor(10_000);
    expect([all.size, some.size]).toEqual([0, 1]);
    await run();
    expect([all.size, some.size]).toEqual([1, 1]);
  });

  test('copies a message to each matching queue, some time later', async () => {
    const { sns, all, some, run } = topic();
    sns.perform(new PublishCommand({ TopicArn, Message: 'm', MessageAttributes: kind('a') }));
    sns.perform(new PublishCommand({ TopicArn, Message: 'n', MessageAttributes: kind('c') }));
    sns.perform(new PublishCommand({ TopicArn, Message: 'o' }));
    expect(all.size).toBe(0);
    await run();
    expect(all.size).toBe(3);
    expect([...some.messages].map(({ body, attributes }) => ({ body, attributes }))).toEqual([
      { body: 'm', attributes: kind('a') },
    ]);
  });

  test('copies what lacks an attribute to a queue that wants it so', async () => {
    const { sns, run, fewer } = topic();
    for (const value of ['a', 'b', undefined]) {
      const MessageAttributes = value === undefined ? {} : kind(value);
      sns.perform(new PublishCommand({ TopicArn, Message: String(value), MessageAttributes }));
    }
    await run();
    expect([...fewer.messages].map(({ body }) => body).sort()).toEqual(['a', 'undefined']);
  });

  test('may repeat a message, and accept a batch in part', async () => {
    const { sns, all, run } = topic({ repeated: 1, entryRefused: 0.5 });
    const PublishBatchRequestEntries = Array.from({ length: 10 }, (_, Id) => ({
      Id: String(Id),
      Message: 'm',
    }));
    const answer = sns.perform(
      new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }),
    ) as {
      Successful: unknown[];
      Failed: unknown[];
    };
    await run();
    expect(answer.Failed.length).toBeGreaterThan(0);
    expect(answer.Successful.length).toBe(10 - answer.Failed.length);
    expect(all.size).toBe(2 * answer.Successful.length);
  });

  test('that does not exist is refused', () => {
    const publish = new PublishCommand({ TopicArn: 'arn:u', Message: 'm' });
    expect(() => topic().sns.perform(publish)).toThrow('arn:u');
  });
});
