/**
 * The interface of a checker. It looks at the services and at effects, never at what our code
 * reports.
 */
import type { Plan } from '../packages/local-lambda/template/plan.ts';
import type { Effect } from './effects.ts';
import type { RecordedErasure } from './erasures.ts';
import type { Faults } from './faults.ts';
import type { Host } from './host.ts';
import type { EventSource } from './lambda/event-source.ts';
import type { LambdaFunction } from './lambda/function.ts';
import type { Scheduler } from './scheduler.ts';
import type { FhirServer } from './servers/fhir-server.ts';
import type { Services } from './services.ts';
import type { Submission } from './submission.ts';

/** What a checker may read at any time, and must not change. */
export interface Seen {
  readonly plan: Plan;
  readonly scheduler: Scheduler;
  readonly services: Services;
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  /** The event source mappings. */
  readonly sources: readonly EventSource[];
  readonly fhirServers: readonly FhirServer[];
  /** What producers have sent, by message id. */
  readonly submissions: ReadonlyMap<string, Submission>;
  /** Erasures of patients that are recorded, as operators asked for them. */
  readonly erasures: readonly RecordedErasure[];
  /** All faults that were drawn. */
  readonly drawn: Faults;
  /** Whether faults have healed. */
  readonly isHealed: boolean;
  /**
   * Name of a table, queue, bucket or function of the stack, from the end of its name: `resources`,
   * `critical`.
   */
  nameOf(end: string): string;
}

/** Looks at effects. */
export interface Watcher {
  /** Those that it looks at: there are many effects, and most are of no interest to it. Undefined for all. */
  readonly kinds?: readonly Effect['kind'][];
  /** Called for each when it happens, with the host whose code caused it. @throws RuleBroken */
  see?(effect: Effect, by: Host | undefined): void;
}

export interface Checker extends Watcher {
  /**
   * What is not finished, in words, for the report of a failure. Once faults have healed, the run
   * continues until no checker has anything unfinished, and fails if that takes too long. Called often,
   * so it must be cheap.
   */
  unfinished?(): string | undefined;
  /** Called at the end of the run. @throws RuleBroken */
  end?(): void;
}

/** Makes the checker of one run, before the run starts. */
export type MakeChecker = (seen: Seen) => Checker;

/** A rule does not hold. */
export class RuleBroken extends Error {
  override readonly name = 'RuleBroken';
  readonly rule: string;

  constructor(rule: string, problem: string) {
    super(`${rule}: ${problem}`);
    this.rule = rule;
  }
}
