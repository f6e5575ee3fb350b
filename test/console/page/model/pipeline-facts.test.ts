import { describe, expect, test } from 'vitest';
import {
  deliveryFacts,
  isTaken,
  kernelQueues,
  laneFacts,
  lanesOf,
  squares,
} from '../../../../console/page/model/pipeline-facts.ts';
import { snapshotOf } from '../support/fake-stage.ts';
import { nightStage } from '../support/night.ts';
import { queuesOf, quietStage, runningLane } from '../support/stages.ts';

const T = Date.UTC(2026, 10, 29, 12);
const now = () => T;
const night = snapshotOf(nightStage(now));

describe('the facts in the drawing', () => {
  test('a lane has its queues, its function and its endings, each with a link to its entries', () => {
    const facts = laneFacts(night, undefined, 'background', T);
    expect(facts.main?.waiting).toBe(1_284);
    expect(facts.environments?.busy).toBe(18);
    expect(facts.takenPerSecond).toBeUndefined();
    expect(facts.ends.map(({ name, href }) => [name, href])).toEqual([
      ['stored', undefined],
      ['rejected', '#/quarantine?kind=rejection&lane=background'],
      ['dead-lettered', '#/quarantine?kind=dead-letter&lane=background'],
    ]);
  });

  test('before anything is known, the lanes are the standard ones', () => {
    const stage = { ...quietStage(now), unknown: ['queues', 'lanes'] as const };
    expect(lanesOf(snapshotOf(stage))).toEqual(['critical', 'background']);
    expect(
      lanesOf(snapshotOf({ ...quietStage(now), lanes: [runningLane('critical')], queues: [] })),
    ).toEqual(['critical']);
  });

  test('there is a delivery only if something is delivered', () => {
    expect(deliveryFacts(night, undefined, T)?.breaker?.phase).toBe('open');
    const stage = quietStage(now);
    const queues = stage.queues.filter(({ lane }) => lane !== 'delivery');
    const lanes = stage.lanes.filter(({ lane }) => lane !== 'delivery');
    expect(deliveryFacts(snapshotOf({ ...stage, queues, lanes }), undefined, T)).toBeUndefined();
  });

  test('a queue of the kernel is shown together with its dead-letter queue', () => {
    const queues = queuesOf({
      'audit.fifo': { waiting: 1, inFlight: 2 },
      'audit-dead-letter.fifo': { waiting: 4 },
      'monitor-dead-letter': { waiting: 5 },
    });
    const kernel = kernelQueues(snapshotOf({ ...quietStage(now), queues }));
    expect(kernel.map(({ name }) => name)).toEqual([
      ...['audit', 'incident', 'supervisor', 'reporting', 'analytics', 'monitor'],
    ]);
    expect(kernel[0]).toMatchObject({ messages: 3, dead: 4 });
    expect(kernel.at(-1)).toMatchObject({ messages: 0, dead: 5 });
  });

  test('a lane without an isolation queue is drawn without one; a function without environments has none busy', () => {
    const stage = quietStage(now);
    const queues = stage.queues.filter(({ name }) => name !== 'critical-isolation');
    const facts = laneFacts(
      snapshotOf({ ...stage, queues, environments: [] }),
      undefined,
      'critical',
      T,
    );
    expect(facts.isIsolating).toBe(false);
    expect(facts.environments?.busy).toBe(0);
    const unknown = { ...stage, unknown: ['queues', 'environments'] as const };
    const none = laneFacts(snapshotOf(unknown), undefined, 'critical', T);
    expect([none.isIsolating, none.environments]).toEqual([true, undefined]);
  });

  test('a queue’s consumer is as its mapping says', () => {
    const [, , delivery] = nightStage(now).lanes;
    const queue = queuesOf({}).find(({ name }) => name === 'delivery');
    expect(isTaken(delivery, queue)).toBe(false);
    expect(isTaken(undefined, queue)).toBe(true);
    expect(isTaken(runningLane('delivery', { mappings: [] }), queue)).toBe(true);
  });

  test('environments are as many squares as fit, busy ones first', () => {
    const many = { function: 'f', busy: 3, frozen: 2 };
    expect(squares(many, 4)).toEqual({ shown: ['busy', 'busy', 'busy', 'frozen'], more: 1 });
    expect(squares({ function: 'f', busy: 1 }, 4)).toEqual({ shown: ['busy'], more: 0 });
  });
});
