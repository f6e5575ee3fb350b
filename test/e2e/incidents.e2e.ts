/** Ten crashes open one incident, and its subscribers get one page and one notice. */
import { describe, expect, inject, it } from 'vitest';
import { killer } from './resources.ts';
import { scan, send } from './services.ts';
import { CRASHES_TO_OPEN, STAGE } from './settings.ts';
import { type Notification, received, type TopicName } from './subscribers.ts';
import { until } from './until.ts';

const run = inject('run');
/** The suite opens another incident, of a supervisor. */
const SCOPE = 'validate';

describe('incidents', () => {
  it('ten crashes open one incident, whose page and notice arrive once for each key (R20, R21)', async () => {
    await Promise.all(
      Array.from({ length: CRASHES_TO_OPEN }, (_, n) =>
        send('critical', killer(`storm-${n}-${run}`, 'throw')),
      ),
    );
    const [incident] = await until(
      'an incident is open',
      () => scan('incidents', ({ pk, sk }) => pk === SCOPE && String(sk).startsWith('incident#')),
      (incidents) => incidents.length > 0,
    );
    expect(incident).toMatchObject({ scope: SCOPE, status: 'open' });
    expect(Number(incident?.['crashes'])).toBeGreaterThanOrEqual(CRASHES_TO_OPEN);

    const [pages, notices] = await Promise.all([told('oncall'), told('management')]);
    for (const { Subject, Message, MessageAttributes } of [...pages, ...notices]) {
      expect(Subject).toMatch(new RegExp(`^\\[${STAGE}\\] validate is crashing`));
      expect(Message).toMatchObject({
        event_action: 'trigger',
        payload: { component: 'validate', group: STAGE, severity: 'critical' },
      });
      expect(MessageAttributes['scope']?.Value).toBe(SCOPE);
    }
    const keys = [pages, notices].map(
      (told) => new Set(told.map(({ MessageAttributes }) => MessageAttributes['dedupKey']?.Value)),
    );
    expect(keys.map(({ size }) => size)).toEqual([1, 1]);
  });
});

/** Waits for the first message of a topic. */
async function told(topic: TopicName): Promise<Notification[]> {
  const seen: Notification[] = [];
  return until(
    `a subscriber of ${topic} is told`,
    async () => {
      const ours = ({ MessageAttributes }: Notification) =>
        MessageAttributes['scope']?.Value === SCOPE;
      seen.push(...(await received(topic)).filter(ours));
      return seen;
    },
    (all) => all.length > 0,
  );
}
