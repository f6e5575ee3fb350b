/**
 * Answers to questions about codes: from this environment's memory, else from the table, else from
 * the server through its breaker. Loaded only where a terminology server is configured.
 *
 * Shared by all invocations of an environment, but for the budget of time, which each has its own.
 * Nothing here rejects: what cannot be had is `none`.
 */
import pLimit from 'p-limit';
import { readAnswer, writeAnswer } from '../../../aws/terminology-table.ts';
import { BreakerRefused } from '../../../breaker/call-errors.ts';
import { DEFAULT_BREAKER_POLICY } from '../../../core/breaker/breaker-policy.ts';
import {
  ageOf,
  type KnownAnswer,
  keyOf,
  type Question,
  type Reply,
  staleReply,
} from '../../../core/delivery/terminology.ts';
import { allowCodes, type CodesSpent } from '../../../core/source/code-allowance.ts';
import { faultOf } from '../../../telemetry/log.ts';
import { breakers, setBreakerPolicy } from '../breakers.ts';
import { logger, now } from '../environment.ts';
import { environment, settings } from './environment.ts';
import { TERMINOLOGY_SERVER } from './service.ts';
import { NoAnswer, TerminologyServer } from './terminology-server.ts';
import { TimeBudget } from './time-budget.ts';

const { table } = environment;
const server = new TerminologyServer({
  ...environment,
  fetch: (...request) => fetch(...request),
  now,
});
const ANSWERS_MAX = 20_000;

setBreakerPolicy(TERMINOLOGY_SERVER, {
  ...DEFAULT_BREAKER_POLICY,
  trip: { kind: 'consecutive', failures: settings.breakerFailures },
  openMs: settings.breakerOpenMs,
});

/** Where a reply came from; the names of the metrics. */
export type Origin = 'CodesRemembered' | 'CodesFromTable' | 'CodesAsked' | 'CodesStale';
export interface Found {
  readonly reply: Reply;
  /** Of none, nowhere. */
  readonly from?: Origin;
}

const NOTHING: Found = { reply: 'none' };

/** In the order in which they were learned, so that the oldest goes first. */
const memory = new Map<string, KnownAnswer>();
const underWay = new Map<string, Promise<Found>>();
const calls = pLimit(settings.callsMax);
/** By source, in the order in which they spent first. */
const spent = new Map<string, CodesSpent>();
/** A label may be a producer's own. */
const SOURCES_MAX = 1_000;
const policy = { perResource: settings.codesPerResource, perMinute: settings.codesPerMinute };

/** The time that an invocation which ends then may wait. */
export function budgetUntil(endsAt: number): TimeBudget {
  return new TimeBudget(settings.budgetMs, endsAt);
}

/** Those of one resource that are answered at all: the remembered, and so many others as its source may cost. */
export function allowed(keys: readonly string[], source: string): ReadonlySet<string> {
  const now = Date.now();
  const isRemembered = (key: string) => {
    const known = memory.get(key);
    return known !== undefined && ageOf(known, now, settings) === 'fresh';
  };
  const [free, others] = [keys.filter(isRemembered), keys.filter((key) => !isRemembered(key))];
  const { asked, spent: after } = allowCodes(others.length, spent.get(source), now, policy);
  spent.set(source, after);
  const [oldest] = spent.keys();
  if (spent.size > SOURCES_MAX && oldest !== undefined) spent.delete(oldest);
  return new Set([...free, ...others.slice(0, asked)]);
}

/** What is known, or found out within the budget. The same question under way is asked once. */
export async function reply(question: Question, budget: TimeBudget): Promise<Found> {
  const key = keyOf(question);
  const known = memory.get(key);
  const now = Date.now();
  if (known !== undefined && ageOf(known, now, settings) === 'fresh') {
    return { reply: known.answer, from: 'CodesRemembered' };
  }
  let finding = underWay.get(key);
  if (finding === undefined) {
    finding = find(question, key, budget).finally(() => underWay.delete(key));
    underWay.set(key, finding);
  }
  const found = await budget.wait(finding);
  if (found !== undefined) return found;
  // It ends by the budget's signal, and nothing of it may go on after the invocation (R61).
  await finding;
  return stale(known, now);
}

async function find(question: Question, key: string, budget: TimeBudget): Promise<Found> {
  const shared = await read(key, budget.signal);
  const now = Date.now();
  if (shared !== undefined && ageOf(shared, now, settings) === 'fresh') {
    remember(key, shared);
    return { reply: shared.answer, from: 'CodesFromTable' };
  }
  const answer = await calls(() => ask(question, budget));
  if (answer === undefined) return stale(shared ?? memory.get(key), now);
  remember(key, answer);
  await share(key, answer, budget.signal);
  return { reply: answer.answer, from: 'CodesAsked' };
}

/** A call begins only if it may take its whole time: cut short it would look like a slow server. */
async function ask(question: Question, budget: TimeBudget): Promise<KnownAnswer | undefined> {
  const { callTimeoutMs: timeoutMs } = settings;
  if (budget.leftMs < timeoutMs) return undefined;
  try {
    const answer = await breakers.guard(
      TERMINOLOGY_SERVER,
      (signal) => server.ask(question, signal),
      {
        timeoutMs,
        signal: budget.signal,
        judgeError: (error) =>
          error instanceof NoAnswer ? error.judgement : { outcome: 'failure' },
      },
    );
    return { answer, checkedAt: Date.now() };
  } catch (fault) {
    // A breaker that refuses says so by its own metric.
    if (!(fault instanceof BreakerRefused)) logger.warn('terminology server', faultOf(fault));
    return undefined;
  }
}

function stale(known: KnownAnswer | undefined, now: number): Found {
  const worth = staleReply(known, now, settings);
  return worth === 'none' ? NOTHING : { reply: worth, from: 'CodesStale' };
}

function remember(key: string, answer: KnownAnswer): void {
  memory.delete(key);
  memory.set(key, answer);
  const [oldest] = memory.keys();
  if (memory.size > ANSWERS_MAX && oldest !== undefined) memory.delete(oldest);
}

/** Without the table each environment asks for itself. */
async function read(key: string, signal: AbortSignal): Promise<KnownAnswer | undefined> {
  try {
    return await readAnswer(table, key, signal);
  } catch (fault) {
    logger.warn('terminology table', faultOf(fault));
    return undefined;
  }
}

async function share(key: string, answer: KnownAnswer, signal: AbortSignal): Promise<void> {
  try {
    await writeAnswer(table, key, answer, { keepMs: settings.staleMs, signal });
  } catch (fault) {
    logger.warn('terminology table', faultOf(fault));
  }
}
