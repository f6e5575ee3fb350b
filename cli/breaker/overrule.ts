import { type OperatorWord, obey } from '../../core/breaker-operator.ts';
import { type Transition, UNKNOWN_SERVICE } from '../../core/breaker-state.ts';
import type { BreakerStore } from '../../functions/breaker/store.ts';
import { TargetError } from '../target.ts';

const TRIES_MAX = 20;

/**
 * Makes an operator's word the state of a breaker, whatever the fleet does meanwhile; environments
 * learn of it within a second (R11). @throws TargetError where others were faster each time.
 */
export async function overrule(
  store: BreakerStore,
  service: string,
  word: OperatorWord,
  now: () => number,
): Promise<Transition> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const before = (await store.load(service)) ?? UNKNOWN_SERVICE;
    const { next, transition } = obey(before, word, now());
    if (await store.save(service, before, next)) return transition;
  }
  throw new TargetError(`breaker ${service}: ${TRIES_MAX} conflicts; try again`);
}
