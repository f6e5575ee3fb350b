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
  /** Of all crashes on record. */
  readonly #ids = new Set<string>();
  /** By request that failed: its environment, the last one if Lambda repeated it. */
  readonly #failedIn = new Map<string, string>();
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
    this.#failedIn.set(requestId, environment);
    this.#count(environment);
  }

  #written({ after }: EffectOf<'written'>): void {
    if (!String(after?.['sk']).startsWith('crash#')) return;
    const [environment, id] = [String(after?.['environment']), String(after?.['id'])];
    this.#ids.add(id);
    this.#of(environment).recorded.add(id);
    this.#count(environment);
    const failedIn = this.#failedIn.get(id);
    if (failedIn !== undefined) this.#count(failedIn);
  }

  #of(environment: string): Failures {
    const known = this.#environments.get(environment);
    if (known !== undefined) return known;
    const failures = { logged: new Set<string>(), recorded: new Set<string>() };
    this.#environments.set(environment, failures);
    return failures;
  }

  /** `validate` reports a crash by its request, and without its environment. */
  #count(environment: string): void {
    const { logged, recorded } = this.#of(environment);
    for (const requestId of logged) if (this.#ids.has(requestId)) recorded.add(requestId);
    if (recorded.size < logged.size) this.#missing.add(environment);
    else this.#missing.delete(environment);
  }
}
