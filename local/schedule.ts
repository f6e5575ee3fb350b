/** EventBridge's rules of the form rate(N minutes). */
import { randomUUID } from 'node:crypto';
import { ACCOUNT, arn } from './template/account.ts';
import type { RulePlan } from './template/plan.ts';

/** Time, so that a test need not wait for it. `every` returns how to end it. */
export type Clock = { now(): number; every(ms: number, tick: () => void): () => void };

export const systemClock: Clock = {
  now: () => Date.now(),
  every(ms, tick) {
    const timer = setInterval(tick, ms);
    return () => clearInterval(timer);
  },
};

/** Fires the enabled rules at their targets until stopped. `fire` gets the event as JSON. */
export function startSchedule(
  rules: RulePlan[],
  clock: Clock,
  fire: (functionArn: string, payload: string) => void,
): { stop(): void } {
  const ends = rules
    .filter(({ properties }) => properties.State === 'ENABLED')
    .map(({ name, properties }) =>
      clock.every(periodMs(properties.ScheduleExpression), () => {
        for (const { Arn, Input } of properties.Targets) {
          fire(Arn, Input ?? JSON.stringify(scheduledEvent(name, clock.now())));
        }
      }),
    );
  return {
    stop() {
      for (const end of ends) end();
    },
  };
}

function periodMs(expression: string): number {
  return Number(/\d+/.exec(expression)?.[0]) * 60_000;
}

function scheduledEvent(ruleName: string, now: number): object {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: ACCOUNT.id,
    time: `${new Date(now).toISOString().slice(0, 19)}Z`,
    region: ACCOUNT.region,
    resources: [arn('events', `rule/${ruleName}`)],
    detail: {},
  };
}
