/** What a checker is told and asked. It looks at the services and at effects, never at what our code says. */
import type { Effect } from './effects.ts';
import type { Host } from './host.ts';
import type { World } from './world.ts';

/** What a checker may look at at any moment, and must leave as it is. */
export type Seen = Pick<
  World,
  | 'plan'
  | 'scheduler'
  | 'services'
  | 'functions'
  | 'sources'
  | 'submissions'
  | 'isHealed'
  | 'nameOf'
>;

export interface Checker {
  /**
   * Each effect as it happens. `by` is the host whose code did it: an environment, a producer or an operator; it
   * is absent where a service acted by itself. @throws RuleBroken
   */
  see?(effect: Effect, by: Host | undefined): void;
  /**
   * Once faults have healed the run goes on until no checker has anything unfinished, and fails if that takes too
   * long. In words, for whoever reads the failure; asked often, so it must be cheap.
   */
  unfinished?(): string | undefined;
  /** When all is over. @throws RuleBroken */
  end?(): void;
}

/** Makes the checker of one run, before anything happens in it. */
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
