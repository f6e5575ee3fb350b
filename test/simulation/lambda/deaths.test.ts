import { describe, expect, test } from 'vitest';
import { GROUP_ATTRIBUTE } from '../../../core/attempt/suspect-group.ts';
import { ENVELOPE_ATTRIBUTE } from '../../../core/message/messages.ts';
import { Deaths } from '../../../simulation/lambda/deaths.ts';
import { Random } from '../../../simulation/random.ts';

const OUT_OF_MEMORY = 'Runtime.OutOfMemory';
const DEATHS = 40;

const text = (stringValue: string) => ({ stringValue, dataType: 'String' });
const record = (
  messageId: string,
  messageAttributes: object = {},
  queue = 'critical-isolation',
) => ({
  ...{ messageId, messageAttributes, eventSourceARN: `arn:aws:sqs:x:0:${queue}` },
});
const sentOn = (messageId: string, submission: string) =>
  record(messageId, { [ENVELOPE_ATTRIBUTE]: text(JSON.stringify({ messageId: submission })) });

/** How many of those deaths are reported as out of memory. */
function outOfMemoryOf(eventOf: (death: number) => unknown): number {
  const deaths = new Deaths(new Random(1));
  const reported = Array.from({ length: DEATHS }, (_, death) => deaths.draw(eventOf(death))());
  return reported.filter(({ errorType }) => errorType === OUT_OF_MEMORY).length;
}

describe('R02: an environment that dies is reported out of memory', () => {
  test('once around the same message alone, however often it is sent anew', () => {
    expect(outOfMemoryOf(() => ({ Records: [record('m1')] }))).toBe(1);
    expect(outOfMemoryOf((death) => ({ Records: [sentOn(`copy ${death}`, 'm1')] }))).toBe(1);
  });

  test.each([
    ['around others alone', (death: number) => ({ Records: [record(`m${death}`)] })],
    [
      'around a batch',
      () => ({ Records: [record('m1', {}, 'critical'), record('m2', {}, 'critical')] }),
    ],
    ['around one message of a lane', () => ({ Records: [record('m1', {}, 'critical')] })],
    ['around a group', () => ({ Records: [record('m1', { [GROUP_ATTRIBUTE]: text('2') })] })],
    ['around other work', () => ({ source: 'aws.events' })],
  ])('%s, half of the time', (_, eventOf) => {
    const outOfMemory = outOfMemoryOf(eventOf);
    expect(outOfMemory).toBeGreaterThan(DEATHS / 4);
    expect(outOfMemory).toBeLessThan((DEATHS * 3) / 4);
  });

  test('only if it did die', () => {
    const deaths = new Deaths(new Random(1));
    const event = { Records: [record('m1')] };
    for (let invocation = 0; invocation < DEATHS; invocation += 1) deaths.draw(event);
    const reports = Array.from({ length: DEATHS }, () => deaths.draw(event)().errorType);
    expect(reports).toContain(OUT_OF_MEMORY);
  });
});
