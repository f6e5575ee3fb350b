/** Effects of a made-up history, for tests of checkers. */
import type { Item } from '../../../simulation/dynamo/values.ts';
import type { EffectOf } from '../../../simulation/effects.ts';
import { Host } from '../../../simulation/host.ts';
import { Scheduler } from '../../../simulation/scheduler.ts';
import type { Message, QueuePlan } from '../../../simulation/sqs/message.ts';
import type { Submission } from '../../../simulation/submission.ts';

export const scheduler = new Scheduler(1);

/** A host whose clock is ahead of the beginning of the run by that much. */
export const hostAt = (name: string, ms = 0) => new Host(scheduler, { name, skewMs: ms });

export function submission(fields: Partial<Submission> = {}): Submission {
  return {
    messageId: 'm1',
    number: 1,
    lane: 'critical',
    source: 'hospital-a',
    resourceType: 'Patient',
    id: 'p1',
    nature: 'valid',
    oddity: undefined,
    sentAt: 1_000,
    sequence: undefined,
    text: '{}',
    patients: ['p1'],
    ...fields,
  };
}

export const written = (
  table: string,
  before: object | undefined,
  after: object | undefined,
): EffectOf<'written'> => ({
  kind: 'written',
  table: `stack-${table}`,
  before: before as Item | undefined,
  after: after as Item | undefined,
});

export const queueNamed = (name: string): QueuePlan => ({
  name: `stack-${name}`,
  arn: `arn:aws:sqs:us-east-1:000000000000:stack-${name}`,
  isFifo: false,
  visibilityMs: 60_000,
  retentionMs: 1e9,
  delayMs: 0,
});

export function message(fields: Partial<Message> = {}): Message {
  return {
    id: 'm1',
    body: '{}',
    attributes: {},
    groupId: undefined,
    deduplicationId: undefined,
    senderId: 'AROA1:session',
    delaySeconds: undefined,
    sentAt: 1_000,
    sequence: 0,
    receives: 0,
    firstReceivedAt: undefined,
    handle: 0,
    place: -1,
    ...fields,
  };
}

/** A message after a hop between our queues. */
export const hop = (id: string, envelope: object): Message =>
  message({
    id,
    attributes: {
      'failsafe-envelope': { DataType: 'String', StringValue: JSON.stringify(envelope) },
    },
  });
