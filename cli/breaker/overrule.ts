import { type OperatorWord, obey } from '../../core/breaker/breaker-operator.ts';
import { type Transition, UNKNOWN_SERVICE } from '../../core/breaker/breaker-state.ts';
import type { BreakerStore } from '../../core/breaker/breaker-store.ts';
import { TargetError } from '../target.ts';

const TRIES_MAX = 20;

/**
 * Applies an operator's command to a breaker, even while the fleet changes it. Environments learn
 * of it within a second (R11). A save that met a conflict or an error may stand: its receipt shows
 * that, and the command is not repeated.
 * @throws TargetError if others were faster each time
 */
export async function overrule(
  store: BreakerStore,
  service: string,
  word: OperatorWord,
  now: () => number,
): Promise<Transition> {
  let made: Transition | undefined;
  let fault: unknown;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const before = (await store.load(service)) ?? UNKNOWN_SERVICE;
    if (made && before.generation >= made.generation && before.receipts.includes(word.token)) {
      return made;
    }
    if (fault !== undefined) throw fault;
    const { next, transition } = obey(before, word, now());
    made = transition;
    try {
      if (await store.save(service, before, next)) return transition;
    } catch (error) {
      fault = error;
    }
  }
  throw new TargetError(`breaker ${service}: ${TRIES_MAX} conflicts; try again`);
}
