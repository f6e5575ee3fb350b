/**
 * Answers questions about codes: from this environment's memory, otherwise from the table,
 * otherwise from the server through its breaker.
 *
 * All invocations of an environment share it. Only the budget of time is each invocation's own.
 * Nothing here rejects: if there is no answer, the reply is `none`.
 */
import pLimit, { type LimitFunction } from 'p-limit';
import type { Table } from '../../../aws/handles.ts';
import type { Machine } from '../../../aws/machine.ts';
import { readAnswer, writeAnswer } from '../../../aws/terminology-table.ts';
import type { Breakers } from '../../../breaker/breakers.ts';
import { BreakerRefused } from '../../../breaker/call-errors.ts';
import {
  type BreakerPolicy,
  DEFAULT_BREAKER_POLICY,
} from '../../../core/breaker/breaker-policy.ts';
import {
  ageOf,
  type KnownAnswer,
  keyOf,
  type Question,
  type Reply,
  staleReply,
} from '../../../core/delivery/terminology.ts';
import { allowCodes, type CodesSpent } from '../../../core/source/code-allowance.ts';
import { faultOf, type Log } from '../../../telemetry/log.ts';
import { TERMINOLOGY_SERVER } from './service.ts';
import type { TerminologySettings } from './settings.ts';
import { NoAnswer, type TerminologyServer } from './terminology-server.ts';
import { TimeBudget } from './time-budget.ts';

const ANSWERS_MAX = 20_000;
/** A label may be a producer's own. */
const SOURCES_MAX = 1_000;

/** The metric that counts a reply, by where it was found. */
export type ReplyMetric = 'CodesRemembered' | 'CodesFromTable' | 'CodesAsked' | 'CodesStale';
export interface Found {
  readonly reply: Reply;
  /** Absent for `none`. */
  readonly metric?: ReplyMetric;
}

const NOTHING: Found = { reply: 'none' };

/** The policy of the terminology server's breaker. */
export function terminologyPolicy(settings: TerminologySettings): BreakerPolicy {
  return {
    ...DEFAULT_BREAKER_POLICY,
    trip: { kind: 'consecutive', failures: settings.breakerFailures },
    openMs: settings.breakerOpenMs,
  };
}

export interface TerminologyTools extends Pick<Machine, 'now' | 'later'> {
  readonly settings: TerminologySettings;
  readonly table: Table;
  readonly server: TerminologyServer;
  readonly breakers: Breakers;
  readonly logger: Log;
}

export class Terminology {
  readonly #tools: TerminologyTools;
  readonly #calls: LimitFunction;
  /** In the order in which they were learned, so that the oldest can be removed first. */
  readonly #memory = new Map<string, KnownAnswer>();
  readonly #underWay = new Map<string, Promise<Found>>();
  /** By source, in the order in which they spent first. */
  readonly #spent = new Map<string, CodesSpent>();

  constructor(tools: TerminologyTools) {
    this.#tools = tools;
    this.#calls = pLimit(tools.settings.callsMax);
  }

  /** The budget of an invocation that ends at this time. */
  budgetUntil(endsAt: number): TimeBudget {
    return new TimeBudget(this.#tools, this.#tools.settings.budgetMs, endsAt);
  }

  /**
   * The questions of one resource that may be answered: all remembered ones, and as many others as
   * its source may ask.
   */
  allowed(keys: readonly string[], source: string): ReadonlySet<string> {
    const now = this.#tools.now();
    const { codesPerResource: perResource, codesPerMinute: perMinute } = this.#tools.settings;
    const isRemembered = (key: string) => this.#fresh(this.#memory.get(key), now) !== undefined;
    const [free, others] = [keys.filter(isRemembered), keys.filter((key) => !isRemembered(key))];
    const spent = this.#spent.get(source);
    const allowance = allowCodes(others.length, spent, now, { perResource, perMinute });
    this.#spent.set(source, allowance.spent);
    const [oldest] = this.#spent.keys();
    if (this.#spent.size > SOURCES_MAX && oldest !== undefined) this.#spent.delete(oldest);
    return new Set([...free, ...others.slice(0, allowance.asked)]);
  }

  /**
   * The remembered answer, or the one that is found within the budget. If the same question is
   * already being asked, it is not asked again.
   */
  async reply(question: Question, budget: TimeBudget): Promise<Found> {
    const key = keyOf(question);
    const known = this.#memory.get(key);
    const now = this.#tools.now();
    const fresh = this.#fresh(known, now);
    if (fresh !== undefined) return { reply: fresh.answer, metric: 'CodesRemembered' };
    let finding = this.#underWay.get(key);
    if (finding === undefined) {
      finding = this.#find(question, key, budget).finally(() => this.#underWay.delete(key));
      this.#underWay.set(key, finding);
    }
    const found = await budget.wait(finding);
    if (found !== undefined) return found;
    // It ends by the budget's signal, and no part of it may run after the invocation (R61).
    await finding;
    return this.#stale(known, now);
  }

  async #find(question: Question, key: string, budget: TimeBudget): Promise<Found> {
    const shared = await this.#read(key, budget.signal);
    const now = this.#tools.now();
    const fresh = this.#fresh(shared, now);
    if (fresh !== undefined) {
      this.#remember(key, fresh);
      return { reply: fresh.answer, metric: 'CodesFromTable' };
    }
    const answer = await this.#calls(() => this.#ask(question, budget));
    if (answer === undefined) return this.#stale(shared ?? this.#memory.get(key), now);
    this.#remember(key, answer);
    await this.#share(key, answer, budget.signal);
    return { reply: answer.answer, metric: 'CodesAsked' };
  }

  /**
   * A call begins only if there is time for its whole timeout: a shorter one would make the server look
   * slow.
   */
  async #ask(question: Question, budget: TimeBudget): Promise<KnownAnswer | undefined> {
    const { settings, breakers, server, now, logger } = this.#tools;
    const { callTimeoutMs: timeoutMs } = settings;
    if (budget.leftMs < timeoutMs) return undefined;
    try {
      const answer = await breakers.guard(
        TERMINOLOGY_SERVER,
        (signal) => server.ask(question, signal),
        {
          timeoutMs,
          signal: budget.signal,
          outcomeOfError: (error) =>
            error instanceof NoAnswer ? error.callOutcome : { outcome: 'failure' },
        },
      );
      return { answer, checkedAt: now() };
    } catch (fault) {
      // A breaker that refuses a call has its own metric.
      if (!(fault instanceof BreakerRefused)) logger.warn('terminology server', faultOf(fault));
      return undefined;
    }
  }

  #fresh(known: KnownAnswer | undefined, now: number): KnownAnswer | undefined {
    return known && ageOf(known, now, this.#tools.settings) === 'fresh' ? known : undefined;
  }

  #stale(known: KnownAnswer | undefined, now: number): Found {
    const reply = staleReply(known, now, this.#tools.settings);
    return reply === 'none' ? NOTHING : { reply, metric: 'CodesStale' };
  }

  #remember(key: string, answer: KnownAnswer): void {
    this.#memory.delete(key);
    this.#memory.set(key, answer);
    const [oldest] = this.#memory.keys();
    if (this.#memory.size > ANSWERS_MAX && oldest !== undefined) this.#memory.delete(oldest);
  }

  /** Without the table each environment asks the server itself. */
  async #read(key: string, signal: AbortSignal): Promise<KnownAnswer | undefined> {
    try {
      return await readAnswer(this.#tools.table, key, signal);
    } catch (fault) {
      this.#tools.logger.warn('terminology table', faultOf(fault));
      return undefined;
    }
  }

  async #share(key: string, answer: KnownAnswer, signal: AbortSignal): Promise<void> {
    const { table, settings, logger } = this.#tools;
    try {
      await writeAnswer(table, key, answer, { keepMs: settings.staleMs, signal });
    } catch (fault) {
      logger.warn('terminology table', faultOf(fault));
    }
  }
}
