/**
 * Nothing that an invocation began acts after that invocation has ended (R61), not even when its
 * environment is thawed for another one.
 */
import { type Checker, RuleBroken } from '../checker.ts';
import type { Effect } from '../effects.ts';
import type { Host } from '../host.ts';
import { invocationAround } from '../lambda/invocation.ts';

export class InvocationChecker implements Checker {
  readonly kinds = ['invoked', 'ended', 'called'] as const;
  /** The running invocation of each environment. */
  readonly #running = new Map<string, string>();
  /** The invocation whose code runs now. Undefined while an environment loads. */
  readonly #around: () => string | undefined;

  constructor(around: () => string | undefined = invocationAround) {
    this.#around = around;
  }

  see(effect: Effect, by: Host | undefined): void {
    if (by === undefined) return;
    if (effect.kind === 'invoked') this.#running.set(by.name, effect.requestId);
    if (effect.kind === 'ended') this.#running.delete(by.name);
    if (effect.kind !== 'called') return;
    const around = this.#around();
    const running = this.#running.get(by.name);
    if (around === undefined || around === running) return;
    const when = running === undefined ? 'after it had ended' : `in the time of ${running}`;
    const what = `${effect.service} ${effect.command.constructor.name}`;
    throw new RuleBroken('R61', `${by.name}: invocation ${around} called ${what} ${when}`);
  }
}
