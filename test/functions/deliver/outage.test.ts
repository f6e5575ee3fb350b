import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { testClients } from '../../support/clients.ts';
import { skipTime } from '../../support/clock.ts';
import { receive } from '../../support/delivery.ts';
import { useDeliveryStage } from '../../support/delivery-stage.ts';
import { forceBreaker } from '../../support/force-breaker.ts';
import { depthOf, itemsOf } from '../../support/stores.ts';

const DAY_MS = 24 * 3_600_000;
const stage = useDeliveryStage();

describe('R18: an outage', () => {
  test('opens the breaker, calls nothing meanwhile, and delivers afterwards', async () => {
    stage.downstream.setMode('fail');
    for (let n = 0; n < 30; n += 1) await stage.store(`p${n}`, 1);
    for (let n = 0; n < 6; n += 1) await stage.turn();
    const before = stage.downstream.counts.fail;
    expect(before).toBeLessThanOrEqual(30);
    for (let n = 0; n < 10; n += 1) {
      skipTime(2_000);
      await stage.turn();
    }
    expect(stage.downstream.counts.fail).toBe(before);
    stage.downstream.setMode('ok');
    for (let n = 0; n < 200 && stage.downstream.resources.size < 30; n += 1) {
      skipTime(5_000);
      await stage.turn();
    }
    expect(stage.downstream.resources.size).toBe(30);
    expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
  });

  test('moves triggers out of the queue if too many wait; the minute rule sends them again', async () => {
    await stage.build({ inFlightMax: 1, receivesMax: 2 });
    stage.downstream.setMode('stop');
    for (let n = 0; n < 12; n += 1) await stage.store(`p${n}`, 1);
    for (let n = 0; n < 20 && (await depthOf(stage.world.queues.delivery)) > 0; n += 1) {
      await stage.turn();
      skipTime(4_000);
    }
    expect(await depthOf(stage.world.queues.delivery)).toBe(0);
    await stage.lane.resend();
    expect(await depthOf(stage.world.queues.delivery)).toBe(0);
    stage.downstream.setMode('ok');
    for (let n = 0; n < 40 && stage.downstream.resources.size < 12; n += 1) {
      skipTime(60_000);
      await stage.lane.resend();
      await stage.turn();
      await stage.turn();
    }
    expect(stage.downstream.resources.size).toBe(12);
  });

  test('delivers soon after an operator closes a breaker that was forced open for a day, also what left the queue', async () => {
    await stage.build({ inFlightMax: 1, receivesMax: 2 });
    await forceBreaker(stage.world, { kind: 'force-open', until: Date.now() + DAY_MS });
    await stage.store('a', 1);
    for (let n = 0; n < 20 && (await depthOf(stage.world.queues.delivery)) > 0; n += 1) {
      await stage.turn();
      skipTime(900_000);
    }
    expect(await depthOf(stage.world.queues.delivery)).toBe(0);
    await stage.lane.resend();
    await forceBreaker(stage.world, { kind: 'reset' });
    for (let n = 0; n < 40 && stage.downstream.resources.size === 0; n += 1) {
      skipTime(60_000);
      await stage.lane.resend();
      await stage.turn();
    }
    expect(stage.downstream.resources.size).toBe(1);
  });

  test('a trigger that its queue gave up on is in the dead-letter queue, and is sent again by its mark', async () => {
    const { delivery, deadLetter } = stage.world.queues;
    const policy = { deadLetterTargetArn: deadLetter.arn, maxReceiveCount: 1 };
    const Attributes = { RedrivePolicy: JSON.stringify(policy) };
    await testClients().sqs.send(
      new SetQueueAttributesCommand({ QueueUrl: delivery.url, Attributes }),
    );
    await stage.store('a', 1);
    stage.downstream.setMode('stop');
    expect((await stage.turn())?.failed).toHaveLength(1);
    skipTime(60_000);
    expect(await stage.turn()).toBeUndefined();
    expect([await depthOf(delivery), await depthOf(deadLetter)]).toEqual([0, 1]);
    stage.downstream.setMode('ok');
    skipTime(7 * 24 * 3_600_000);
    await stage.lane.resend();
    await stage.turn();
    expect(stage.downstream.resources.size).toBe(1);
    expect(await itemsOf(stage.world.tables.quarantine)).toEqual([]);
  });

  test('lost triggers are sent again while their messages might still be kept', async () => {
    await stage.store('a', 1);
    await receive(stage.world.queues.delivery);
    await stage.lane.resend();
    expect(await depthOf(stage.world.queues.delivery)).toBe(1);
    skipTime(7 * 24 * 3_600_000);
    await stage.lane.resend();
    expect(await depthOf(stage.world.queues.delivery)).toBe(2);
    await stage.lane.resend();
    expect(await depthOf(stage.world.queues.delivery)).toBe(2);
  });
});
