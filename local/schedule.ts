/** EventBridge's rules of the form rate(N minutes). */
import { randomUUID } from 'node:crypto';
import type { AsyncInvocations } from './lambda/async-invocations.ts';
import type { FunctionSpec } from './lambda/function-spec.ts';
import { ACCOUNT, arn, nameOfArn } from './template/account.ts';
import type { RulePlan } from './template/plan.ts';
import { TemplateError } from './template/resolve.ts';

/** Time, so that a test need not wait for it. `every` returns how to end it. */
export type Clock = { now(): number; every(ms: number, tick: () => void): () => void };

export const systemClock: Clock = {
  now: () => Date.now(),
  every(ms, tick) {
    const timer = setInterval(tick, ms);
    return () => clearInterval(timer);
  },
};

/** Invokes the targets of the enabled rules, asynchronously, until stopped. */
export function startSchedule(
  rules: RulePlan[],
  clock: Clock,
  functions: Map<string, FunctionSpec>,
  asyncInvocations: AsyncInvocations,
): { stop(): void } {
  const ends = rules
    .filter(({ properties }) => properties.State === 'ENABLED')
    .map(({ name, properties }) => {
      const targets = properties.Targets.map(({ Arn, Input }) => {
        const spec = functions.get(nameOfArn(Arn));
        if (!spec) throw new TemplateError(`${name}: no function ${Arn}`);
        return () => {
          const payload = Input ?? JSON.stringify(scheduledEvent(name, clock.now()));
          asyncInvocations.invoke(spec, payload);
        };
      });
      return clock.every(periodMs(properties.ScheduleExpression), () => {
        for (const target of targets) target();
      });
    });
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
