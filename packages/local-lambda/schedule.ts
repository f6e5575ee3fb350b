/** EventBridge's rules of the form rate(N minutes). */
import { randomUUID } from 'node:crypto';
import type { AsyncInvocations } from './lambda/async-invocations.ts';
import type { FunctionSpec } from './lambda/function-spec.ts';
import { ACCOUNT, arn, nameOfArn } from './template/account.ts';
import type { RulePlan } from './template/plan.ts';
import { TemplateError } from './template/resolve.ts';

/** The clock, so that a test need not wait. `every` returns a function that ends it. */
export type Clock = { now(): number; every(ms: number, tick: () => void): () => void };

export const systemClock: Clock = {
  now: () => Date.now(),
  every(ms, tick) {
    const timer = setInterval(tick, ms);
    return () => clearInterval(timer);
  },
};

/** Targets of rules: queues by name, and functions, which are invoked asynchronously. */
export type ScheduleTargets = {
  functions: Map<string, FunctionSpec>;
  asyncInvocations: AsyncInvocations;
  sendMessage(queueName: string, body: string): void;
};

/** Sends events to the targets of the enabled rules until stopped. */
export function startSchedule(
  rules: RulePlan[],
  clock: Clock,
  reach: ScheduleTargets,
): { stop(): void } {
  const ends = rules
    .filter(({ properties }) => properties.State === 'ENABLED')
    .map(({ name, properties }) => {
      const targets = properties.Targets.map(({ Arn, Input }) => {
        const take = takerOf(name, Arn, reach);
        return () => take(Input ?? JSON.stringify(scheduledEvent(name, clock.now())));
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

function takerOf(
  rule: string,
  targetArn: string,
  { functions, asyncInvocations, sendMessage }: ScheduleTargets,
): (payload: string) => void {
  const target = nameOfArn(targetArn);
  if (targetArn.includes(':sqs:')) return (payload) => sendMessage(target, payload);
  const spec = functions.get(target);
  if (!spec) throw new TemplateError(`${rule}: no function ${targetArn}`);
  return (payload) => asyncInvocations.invoke(spec, payload);
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
