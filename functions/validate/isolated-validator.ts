/** The interface to the places where texts are validated without harm to anything else, and their results. */
import { ComponentFault } from '../../core/message/component-fault.ts';
import type { PluginCrash, Verdict } from '../../core/message/verdict.ts';
import { heapMbFor } from '../../packages/isolation/heap-size.ts';
import { IsolationFault } from '../../packages/isolation/invocation.ts';
import type {
  Allowance,
  Isolation,
  OUT_OF_TIME,
  Outcome,
  SLOW,
} from '../../packages/isolation/outcome.ts';
import type { Withheld } from './plugins/progress.ts';

/**
 * Receives after which a message no longer waits for a separate process. A process that has not loaded
 * ends with its invocation, so if loading takes longer than an invocation, it would wait for ever.
 */
export const FRUITLESS_RECEIVES_MAX = 3;

/** What a worker returns. */
export type WorkerResult = Verdict | Withheld;

/**
 * A verdict, or the reason why there is none. Without a verdict the message waits, and its resource is
 * not blamed (R09).
 */
export type VerdictOrNone = Verdict | NoVerdict;

type NoVerdict =
  /** It took long, or much memory, among others. Alone it gets its whole deadline and heap. */
  | { readonly kind: 'no-verdict'; readonly because: (typeof SLOW)['kind'] }
  | {
      readonly kind: 'no-verdict';
      readonly because: 'component-fault';
      readonly reason: string;
      /** The crash of a plugin that has been switched off meanwhile: not a fault of the resource. */
      readonly pluginCrash?: PluginCrash;
    }
  | { readonly kind: 'no-verdict'; readonly because: (typeof OUT_OF_TIME)['because'] };

export interface ValidateOptions {
  /** Once it is aborted, the validation is not started, or is ended (R61). */
  readonly signal?: AbortSignal | undefined;
  readonly source?: string | undefined;
  /** It runs among others, so it is given up, as slow, after some processor time or memory. */
  readonly inBatch?: boolean | undefined;
}

/** A place where texts are validated. */
export interface IsolatedValidator {
  /**
   * Resolves once a text would be validated without waiting; rejects if that is impossible, or time is
   * up.
   */
  ready(signal?: AbortSignal): Promise<void>;
  /**
   * The verdict on one text with its time of submission (epoch ms: the clock of plugins). `off` says
   * which plugins, by position, are switched off when it is validated. Never rejects.
   */
  validate(
    text: string,
    submittedAt: number,
    off?: () => readonly number[],
    options?: ValidateOptions,
  ): Promise<VerdictOrNone>;
}

/** What a worker gets with a text. */
export interface TextData {
  readonly submittedAt: number;
  readonly off: readonly number[];
  readonly source: string | undefined;
}

/**
 * What a text may use of a processor among others: four times what its size may need (docs/resource-size.md),
 * and several times what a worker needs for its first one, whose code is not compiled yet.
 */
const BATCH_CPU_MS = 150;
const BATCH_CPU_MS_PER_MIB = 1_000;
const MIB = 1024 * 1024;

/** Its heap may grow by as much as all of a worker's heap has to be for its size. */
function inBatchAllowance({ length }: string): Allowance {
  return {
    cpuMs: BATCH_CPU_MS + (BATCH_CPU_MS_PER_MIB * length) / MIB,
    heapBytes: heapMbFor(length) * MIB,
  };
}

const NONE_OFF = (): readonly number[] => [];

/** `named` names the places in the reason of a crash. */
export function isolatedValidator(
  isolation: Isolation<WorkerResult>,
  named: (reason: string) => string,
): IsolatedValidator {
  return {
    ready: (signal) => isolation.ready(signal).catch(asComponentFault),
    validate: async (text, submittedAt, off = NONE_OFF, { signal, source, inBatch } = {}) => {
      const data = (): TextData => ({ submittedAt, off: off(), source });
      const allowance = inBatch ? inBatchAllowance(text) : undefined;
      const verdict = verdictOf(await isolation.run(text, { data, signal, allowance }));
      return verdict.kind === 'crash' ? { ...verdict, reason: named(verdict.reason) } : verdict;
    },
  };
}

/** A place for the use of one invocation, with the invocation's signal included. */
export function during(
  place: IsolatedValidator,
  signal: AbortSignal,
  { inBatch }: Pick<ValidateOptions, 'inBatch'> = {},
): IsolatedValidator {
  return {
    ready: () => place.ready(signal),
    validate: (text, submittedAt, off, options) =>
      place.validate(text, submittedAt, off, { ...options, signal, inBatch }),
  };
}

export const IN_BATCH = { inBatch: true } as const;

/** If texts cannot run, that is a fault of our infrastructure (R09). */
function asComponentFault(error: unknown): never {
  if (error instanceof IsolationFault) throw new ComponentFault(error.message);
  throw error;
}

function verdictOf(outcome: Outcome<WorkerResult>): VerdictOrNone {
  switch (outcome.kind) {
    case 'finished':
      return outcome.result.kind === 'withheld' ? waitsFor(outcome.result.plugin) : outcome.result;
    case 'died':
      return { kind: 'crash', crash: outcome.crash, reason: outcome.reason };
    case 'slow':
      return { kind: 'no-verdict', because: 'slow' };
    case 'not-run':
      return { ...outcome, kind: 'no-verdict' };
  }
}

function waitsFor(plugin: string): VerdictOrNone {
  const reason = `the plugin ${plugin} is switched off`;
  return { kind: 'no-verdict', because: 'component-fault', reason };
}
