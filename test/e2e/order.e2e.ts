/** Disorder and duplicates as SQS may produce them, provoked by plain SQS calls. */
import { describe, expect, inject, it } from 'vitest';
import { ENVELOPE_ATTRIBUTE, type Envelope } from '../../core/message/messages.ts';
import { expectSpent } from './attempts.ts';
import { killer, patient } from './resources.ts';
import { depth, quarantined, scan, send, stored } from './services.ts';
import { until } from './until.ts';

const run = inject('run');
/** Late enough that the newer one is stored before, on a busy machine too; SQS delays by at most 900 s. */
const OLDER_ARRIVES_AFTER_SECONDS = 240;

/** A copy of a message as a hop between our own queues carries it: same id, same first time. */
const copyOf = (messageId: string, sentAt: number) => ({
  attributes: {
    [ENVELOPE_ATTRIBUTE]: JSON.stringify({
      messageId,
      sentAt,
      source: 'default',
      lane: 'critical',
    } satisfies Envelope),
  },
});

describe('order and duplicates', () => {
  it('an older submission that arrives after a newer one changes nothing (R05)', async () => {
    const pk = `default#Patient#order-${run}`;
    // SentTimestamp is the time of sending, not the end of the delay, so this is the older one.
    const older = await send('critical', patient(`order-${run}`, { active: false }), {
      delaySeconds: OLDER_ARRIVES_AFTER_SECONDS,
    });
    const newer = await send('critical', patient(`order-${run}`));
    const before = await until(
      'the newer one is stored',
      () => stored(pk),
      (item) => item?.['messageId'] === newer,
      OLDER_ARRIVES_AFTER_SECONDS - 1,
    );
    // A marker behind the older one: when it is stored, the older one was handled too.
    await send('critical', patient(`marker-${run}`), {
      delaySeconds: OLDER_ARRIVES_AFTER_SECONDS + 2,
    });
    await until(
      'what was sent after it is stored',
      () => stored(`default#Patient#marker-${run}`),
      (item) => item !== undefined,
    );
    await until(
      'the lane is drained',
      () => depth('critical'),
      (count) => count === 0,
    );
    expect(await stored(pk)).toEqual(before);
    expect(await quarantined(older)).toBeUndefined();
  });

  it('a message that is delivered twice has one effect (R04)', async () => {
    const pk = `default#Patient#twice-${run}`;
    const sentAt = Date.now();
    const body = patient(`twice-${run}`);
    const messageId = await send('critical', body);
    const first = await until(
      'it is stored',
      () => stored(pk),
      (item) => item?.['messageId'] === messageId,
    );
    await send('critical-isolation', body, copyOf(messageId, sentAt));
    await until(
      'the copy is judged',
      () => quarantined(messageId),
      (item) => item?.['status'] === 'stored',
    );
    expect(await stored(pk)).toMatchObject({ messageId, contentHash: first?.['contentHash'] });
    expect(await scan('resources', (item) => item['messageId'] === messageId)).toHaveLength(1);
  });

  it('copies of a message that crashes share its attempts and end as one dead letter (R02, R04)', async () => {
    const messageId = `copies-${run}`;
    const copy = copyOf(messageId, Date.now());
    const body = killer(`copies-${run}`, 'throw');
    await Promise.all([1, 2, 3].map(() => send('critical-isolation', body, copy)));
    const item = await until(
      'it is quarantined',
      () => quarantined(messageId),
      (seen) => seen?.['status'] === 'quarantined',
    );
    expect(item).toMatchObject({ kind: 'dead-letter', crash: 'exception' });
    expectSpent(item);
  });
});
