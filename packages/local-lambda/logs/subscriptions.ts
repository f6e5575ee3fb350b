/**
 * CloudWatch Logs' subscriptions. Lines that match a filter go to a function: those of one log
 * stream together, in CloudWatch's format.
 */
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { AsyncInvocations } from '../lambda/async-invocations.ts';
import type { FunctionSpec } from '../lambda/function-spec.ts';
import type { LogLine } from '../lambda/platform-log.ts';
import { ACCOUNT, nameOfArn } from '../template/account.ts';
import type { LogSubscriptionPlan } from '../template/plan.ts';
import { TemplateError } from '../template/resolve.ts';
import { type LogDelivery, piecesOf } from './delivery-delay.ts';
import { compileFilter } from './filter-pattern.ts';

export type LogSubscriptions = {
  /** Adds a line of a function or of the platform. */
  hear(line: LogLine): void;
  /** Number of lines that matched a filter and are not delivered yet. */
  pending(): number;
  stop(): void;
};

type LogEvent = { id: string; timestamp: number; message: string };

/** How long lines of a stream are gathered: several records describe one death. */
const GATHER_MS = 200;

/** Throws if a subscription's function is not in the plan, or its filter is not supported. */
export function startLogSubscriptions(
  plans: LogSubscriptionPlan[],
  functions: Map<string, FunctionSpec>,
  asyncInvocations: AsyncInvocations,
  delivery: LogDelivery,
  random: () => number,
): LogSubscriptions {
  const groups = new Map([...functions.values()].map(({ name, logGroup }) => [name, logGroup]));
  const subscribers = plans.map((plan) => subscriberOf(plan, functions));
  const gathered = new Map<string, LogEvent[]>();
  const timers = new Set<NodeJS.Timeout>();
  let pending = 0;

  function later(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, ms);
    timers.add(timer);
  }

  function hand(plan: LogSubscriptionPlan, spec: FunctionSpec, stream: string, events: LogEvent[]) {
    for (const piece of piecesOf(events, delivery, random)) {
      pending += piece.events.length;
      later(piece.afterMs, () => {
        pending -= piece.events.length;
        asyncInvocations.invoke(spec, packed(plan, stream, piece.events));
      });
    }
    pending -= events.length;
  }

  function gather(plan: LogSubscriptionPlan, spec: FunctionSpec, heard: LogLine): void {
    const key = `${plan.logicalId} ${heard.logStream}`;
    const event = { id: randomUUID(), timestamp: Date.now(), message: heard.line };
    pending += 1;
    const waiting = gathered.get(key);
    if (waiting) {
      waiting.push(event);
      return;
    }
    const events = [event];
    gathered.set(key, events);
    later(GATHER_MS, () => {
      gathered.delete(key);
      hand(plan, spec, heard.logStream, events);
    });
  }

  return {
    hear(heard) {
      const value = parseJson(heard.line);
      if (value === undefined) return;
      for (const { plan, spec, passes } of subscribers) {
        const isSubscribed = groups.get(heard.functionName) === plan.properties.LogGroupName;
        if (isSubscribed && passes(value)) gather(plan, spec, heard);
      }
    },
    pending: () => pending,
    stop() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

function subscriberOf(plan: LogSubscriptionPlan, functions: Map<string, FunctionSpec>) {
  const { DestinationArn, FilterPattern } = plan.properties;
  const spec = functions.get(nameOfArn(DestinationArn));
  if (!spec) throw new TemplateError(`${plan.logicalId}: no function ${DestinationArn}`);
  return { plan, spec, passes: compileFilter(FilterPattern) };
}

function packed(plan: LogSubscriptionPlan, logStream: string, logEvents: LogEvent[]): string {
  const message = {
    messageType: 'DATA_MESSAGE',
    owner: ACCOUNT.id,
    logGroup: plan.properties.LogGroupName,
    logStream,
    subscriptionFilters: [plan.name],
    logEvents,
  };
  const data = gzipSync(JSON.stringify(message)).toString('base64');
  return JSON.stringify({ awslogs: { data } });
}

function parseJson(line: string): unknown {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
