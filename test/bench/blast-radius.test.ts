/** The benchmark gives its peers a fair chance. */
import { describe, expect, it } from 'vitest';
import {
  BATCH_SIZE,
  PEERS,
  peerResources,
  RECEIVES_MAX,
  withShortWaits,
} from '../../bench/blast-radius/assembly.ts';
import { accountOf } from '../../bench/blast-radius/consumers.ts';
import { FAULTS, messagesOf } from '../../bench/blast-radius/messages.ts';
import { resourcesOf, synthesized } from '../lib/synthesized.ts';

const VISIBILITY_SECONDS = 15;
const template = synthesized();
const all = Object.assign(
  {},
  ...['Queue', 'Function', 'EventSourceMapping'].map((type) =>
    resourcesOf(template, `AWS::${type === 'Queue' ? 'SQS' : 'Lambda'}::${type}`),
  ),
) as ReturnType<typeof resourcesOf>;
const ours = Object.values(withShortWaits(all, VISIBILITY_SECONDS));
const named = (property: string, name: string) =>
  ours.find(({ Properties }) => Properties[property] === `fhir-failsafe-dev-${name}`)?.Properties;

describe.each(PEERS)('%s, beside our lane critical', (peer) => {
  const its = Object.values(peerResources(peer, VISIBILITY_SECONDS));
  const propertiesOf = (type: string) => its.find(({ Type }) => Type === type)?.Properties;

  it('gets batches of the same size, without waiting for them', () => {
    const mapping = ours.find(({ Type, Properties }) => {
      const source = JSON.stringify(Properties['EventSourceArn']);
      return Type === 'AWS::Lambda::EventSourceMapping' && source.includes('CriticalQueue');
    });
    expect(mapping?.Properties).toMatchObject({
      BatchSize: BATCH_SIZE,
      MaximumBatchingWindowInSeconds: 0,
    });
    expect(propertiesOf('AWS::Lambda::EventSourceMapping')).toMatchObject({
      BatchSize: BATCH_SIZE,
      ScalingConfig: mapping?.Properties['ScalingConfig'],
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  it('has the same time and memory, and its messages come back as soon', () => {
    const { Timeout, MemorySize } = named('FunctionName', 'validate-critical') ?? {};
    expect(propertiesOf('AWS::Lambda::Function')).toMatchObject({ Timeout, MemorySize });
    expect(named('QueueName', 'critical')?.['VisibilityTimeout']).toBe(VISIBILITY_SECONDS);
    const queue = its.find(({ Properties }) => Properties['RedrivePolicy'] !== undefined);
    expect(queue?.Properties['VisibilityTimeout']).toBe(VISIBILITY_SECONDS);
  });

  it('may try a message as often as we do', () => {
    const queue = its.find(({ Properties }) => Properties['RedrivePolicy'] !== undefined);
    expect(queue?.Properties['RedrivePolicy']).toMatchObject({ maxReceiveCount: RECEIVES_MAX });
    const settings = JSON.stringify(named('FunctionName', 'validate-critical')?.['Environment']);
    expect(settings).toContain(`\\"attemptsMaxEnvironmentDied\\":${RECEIVES_MAX}`);
  });
});

describe('the messages', () => {
  it('are the same for the same seed, with the same number of each kind of killer', () => {
    const messages = messagesOf(200, FAULTS, 2, 7);
    expect(messages).toEqual(messagesOf(200, FAULTS, 2, 7));
    expect(messages).not.toEqual(messagesOf(200, FAULTS, 2, 8));
    expect(messages.filter(({ killer }) => killer)).toHaveLength(10);
    for (const fault of FAULTS) {
      expect(messages.filter(({ text }) => text.includes(`"code":"${fault}"`))).toHaveLength(2);
    }
    const ids = new Set(messages.map(({ text }) => JSON.parse(text).id));
    expect(ids.size).toBe(200);
  });
});

describe('the accounting', () => {
  const healthy = { text: '', killer: false };
  const sent = new Map([
    ['a', healthy],
    ['b', healthy],
    ['c', healthy],
    ['d', healthy],
    ['k', { text: '', killer: true }],
  ]);

  it('reports dead-lettered innocents, lost messages, and messages that ended twice', () => {
    const ends = { stored: ['a', 'a', 'b'], deadLettered: new Set(['b', 'c', 'k']) };
    expect(accountOf(sent, ends)).toEqual({
      stored: 2,
      culprits: 1,
      innocents: 2,
      lost: 1,
      twice: 2,
    });
  });
});
