/**
 * `analytics` dies after each of its calls to AWS. The next invocation leaves each outcome in exactly one
 * row.
 */
import { expect, test } from 'vitest';
import { deliver } from '../../support/delivery.ts';
import { dieAtEveryStep, type Story } from '../../support/die-at-every-step.ts';
import { DAY_MS, ended, keysIn, loadInsight, say } from '../../support/insight.ts';
import { depthOf } from '../../support/stores.ts';
import { useEmulators } from '../../support/use-emulators.ts';
import { buildWorld } from '../../support/world.ts';

useEmulators();

const story: Story = {
  build: () => buildWorld(),
  queue: ({ queues }) => queues.analytics,
  load: () => loadInsight('analytics'),
  prepare: ({ queues }) =>
    say(
      queues.analytics,
      ended('a', { endedAt: 1_700_000_000_000 }),
      ended('b', { endedAt: 1_700_000_000_000 + DAY_MS }),
    ),
  async finish({ queues }) {
    const { handler } = await loadInsight('analytics');
    while ((await depthOf(queues.analytics)) > 0) await deliver(handler, queues.analytics);
  },
  async check({ analyticsBucket }) {
    // The same two messages in the same batch make the same two objects, however often.
    const days = (await keysIn(analyticsBucket)).map((key) => key.split('/')[1]);
    expect(days).toEqual(['day=2023-11-14', 'day=2023-11-15']);
  },
};

test('R50: no outcome is lost, and none is written twice', async () => {
  expect(await dieAtEveryStep(story)).toBeGreaterThanOrEqual(2);
});
