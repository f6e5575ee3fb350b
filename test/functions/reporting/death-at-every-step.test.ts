/** `reporting` dies after each of its calls to AWS. The next invocation reports every outcome, once. */
import { expect, test } from 'vitest';
import { MINUTE_WAKE } from '../../../core/message/messages.ts';
import { dayOf } from '../../../core/report/utc-day.ts';
import { deliver } from '../../support/delivery.ts';
import { dieAtEveryStep, type Story } from '../../support/die-at-every-step.ts';
import { DAY_MS, ended, keysIn, loadInsight, rejected, say } from '../../support/insight.ts';
import { depthOf, objectAt } from '../../support/stores.ts';
import { useEmulators } from '../../support/use-emulators.ts';
import { buildWorld, type World } from '../../support/world.ts';

useEmulators();

const endedAt = Date.now() - 3 * DAY_MS;

async function finish({ queues }: World): Promise<void> {
  const { handler } = await loadInsight('reporting');
  await say(queues.reporting, ended('c', { endedAt }), MINUTE_WAKE);
  while ((await depthOf(queues.reporting)) > 0) await deliver(handler, queues.reporting);
  // One that dies in the middle of a report leaves it to the next minute.
  await say(queues.reporting, MINUTE_WAKE);
  await deliver(handler, queues.reporting);
}

const story: Story = {
  build: () => buildWorld(),
  queue: ({ queues }) => queues.reporting,
  load: () => loadInsight('reporting'),
  prepare: ({ queues }) =>
    say(queues.reporting, ended('a', { endedAt }), rejected('b', { endedAt }), MINUTE_WAKE),
  finish,
  async check({ reportsBucket: bucket }) {
    const reports = await keysIn(bucket, `reports/${dayOf(endedAt)}/`);
    const key = reports.filter((one) => one.endsWith('.json')).at(-1) ?? '';
    expect(JSON.parse(await objectAt({ bucket, key }))).toMatchObject({
      ends: { stored: 2, rejected: 1, 'dead-lettered': 0 },
    });
    const edition = key.replace('json', '');
    expect(reports).toEqual(expect.arrayContaining([`${edition}csv`, `${edition}html`]));
    expect(await keysIn(bucket, 'due/')).toEqual([]);
  },
};

test('R50: every outcome is in the report, and counts once', async () => {
  expect(await dieAtEveryStep(story)).toBeGreaterThanOrEqual(8);
});
