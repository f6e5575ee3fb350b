/**
 * Chains of functions and queues. Lambda stops a function that is invoked about 16 times in one chain, and what it was to
 * handle then waits for ever (R04). A message continues the chain of the invocation that sends it; of a batch, the longest.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 */
import type { SQSEvent } from 'aws-lambda';
import { type Checker, RuleBroken } from '../checker.ts';
import type { Effect, EffectOf } from '../effects.ts';
import type { Host } from '../host.ts';

/** It may be one less. */
const INVOCATIONS_MAX = 15;

/** By function: how often it was invoked. */
type Chain = ReadonlyMap<string, number>;

export class ChainsChecker implements Checker {
  readonly kinds = ['invoked', 'arrived', 'published', 'left'] as const;
  /** By message id. */
  readonly #messages = new Map<string, Chain>();
  /** By the text of a topic's message. */
  readonly #published = new Map<string, Chain>();
  /** By host: the invocation that it runs. */
  readonly #running = new WeakMap<Host, Chain>();

  see(effect: Effect, by: Host | undefined): void {
    if (effect.kind === 'invoked' && by !== undefined) this.#invoked(effect, by);
    if (effect.kind === 'arrived') this.#arrived(effect, by);
    if (effect.kind === 'left' && effect.how === 'deleted') {
      this.#messages.delete(effect.message.id);
    }
    const chain = by && this.#running.get(by);
    if (effect.kind === 'published' && chain !== undefined) {
      this.#published.set(effect.message, chain);
    }
  }

  #invoked({ functionName, event }: EffectOf<'invoked'>, by: Host): void {
    const { Records: records = [] } = event as Partial<SQSEvent>;
    const chain = new Map<string, number>();
    for (const { messageId } of records) {
      for (const [name, count] of this.#messages.get(messageId) ?? []) {
        chain.set(name, Math.max(count, chain.get(name) ?? 0));
      }
    }
    const count = (chain.get(functionName) ?? 0) + 1;
    if (count > INVOCATIONS_MAX) {
      throw new RuleBroken('R04', `${functionName} is invoked ${count} times in one chain`);
    }
    chain.set(functionName, count);
    this.#running.set(by, chain);
  }

  /** A dead letter keeps the chain of its message, which keeps its id. */
  #arrived({ message: { id, body } }: EffectOf<'arrived'>, by: Host | undefined): void {
    const chain = by === undefined ? this.#published.get(body) : this.#running.get(by);
    if (chain !== undefined) this.#messages.set(id, chain);
    else if (by !== undefined) this.#messages.delete(id);
  }
}
