/**
 * Deaths. Each invocation that the platform reports as failed is on record as a crash of its environment (R20), however often
 * Lambda invoked the function again with the same request, and however late and in how many pieces `monitor` was told.
 */
import type { Checker } from '../checker.ts';
import type { Effect, EffectOf } from '../effects.ts';

interface Failures {
  /** Ids of the requests that failed. */
  readonly logged: Set<string>;
  /** Ids of its crashes on record. */
  readonly recorded: Set<string>;
}

export class DeathsChecker implements Checker {
  readonly kinds = ['logged', 'written'] as const;
  readonly #environments = new Map<string, Failures>();
  /** Environments of which fewer crashes are on record than requests have failed. */
  readonly #missing = new Set<string>();

  see(effect: Effect): void {
    if (effect.kind === 'logged') this.#logged(effect);
    if (effect.kind === 'written' && effect.table.endsWith('-incidents')) this.#written(effect);
  }

  unfinished(): string | undefined {
    const [first] = this.#missing;
    return first && `a failure of ${first} is not on record as a crash (R20)`;
  }

  #logged({ environment, requestId }: EffectOf<'logged'>): void {
    this.#of(environment).logged.add(requestId);
    this.#count(environment);
  }

  #written({ after }: EffectOf<'written'>): void {
    if (!String(after?.['sk']).startsWith('crash#')) return;
    const environment = String(after?.['environment']);
    this.#of(environment).recorded.add(String(after?.['id']));
    this.#count(environment);
  }

  #of(environment: string): Failures {
    const known = this.#environments.get(environment);
    if (known !== undefined) return known;
    const failures = { logged: new Set<string>(), recorded: new Set<string>() };
    this.#environments.set(environment, failures);
    return failures;
  }

  #count(environment: string): void {
    const { logged, recorded } = this.#of(environment);
    if (recorded.size < logged.size) this.#missing.add(environment);
    else this.#missing.delete(environment);
  }
}
