/** Texts are validated where nothing that they do harms anybody else; here is what that says of them. */
import { ComponentFault } from '../../core/message/component-fault.ts';
import type { PluginCrash, Verdict } from '../../core/message/verdict.ts';
import { IsolationFault } from '../../packages/isolation/invocation.ts';
import type { Isolation, OUT_OF_TIME, Outcome } from '../../packages/isolation/outcome.ts';
import type { Withheld } from './plugins/progress.ts';

/** What a worker finds. */
export type WorkerResult = Verdict | Withheld;

/** A verdict, or why there is none: then the message waits, and its resource is not blamed (R09). */
export type VerdictOrNone = Verdict | NoVerdict;

type NoVerdict =
  | {
      readonly kind: 'no-verdict';
      readonly because: 'component-fault';
      readonly reason: string;
      /** Of a plugin that is switched off by now: no fault of the resource. */
      readonly pluginCrash?: PluginCrash;
    }
  | { readonly kind: 'no-verdict'; readonly because: (typeof OUT_OF_TIME)['because'] };

/** Where texts are validated. */
export interface IsolatedValidator {
  /** Resolves once a text would be validated at once; rejects where that cannot be, or time is up. */
  ready(signal?: AbortSignal): Promise<void>;
  /**
   * The verdict on one text, submitted then (epoch ms: the clock of plugins) by that source. `off`
   * says which plugins, by position, are switched off by the time it is validated. Once `signal` is
   * aborted it is not begun, or ended (R61). Never rejects.
   */
  validate(
    text: string,
    submittedAt: number,
    off?: () => readonly number[],
    signal?: AbortSignal,
    source?: string,
  ): Promise<VerdictOrNone>;
}

/** What a worker is told with a text. */
export interface TextData {
  readonly submittedAt: number;
  readonly off: readonly number[];
  readonly source: string | undefined;
}

const NONE_OFF = (): readonly number[] => [];

export function isolatedValidator(isolation: Isolation<WorkerResult>): IsolatedValidator {
  return {
    ready: (signal) => isolation.ready(signal).catch(asComponentFault),
    validate: async (text, submittedAt, off = NONE_OFF, signal, source) => {
      const data = (): TextData => ({ submittedAt, off: off(), source });
      return verdictOf(await isolation.run(text, { data, signal }));
    },
  };
}

/** A place to validate in, as one invocation has it: it cannot forget its signal. */
export function during(place: IsolatedValidator, signal: AbortSignal): IsolatedValidator {
  return {
    ready: () => place.ready(signal),
    validate: (text, submittedAt, off, _, source) =>
      place.validate(text, submittedAt, off, signal, source),
  };
}

/** What keeps texts from running is a fault of our own (R09). */
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
    case 'not-run':
      return { ...outcome, kind: 'no-verdict' };
  }
}

function waitsFor(plugin: string): VerdictOrNone {
  const reason = `the plugin ${plugin} is switched off`;
  return { kind: 'no-verdict', because: 'component-fault', reason };
}
