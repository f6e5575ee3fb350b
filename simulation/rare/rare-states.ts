/**
 * States that runs reach rarely, and in which a rule could break. They are counted: if no seed of a
 * set reaches a state, the set proves less than it seems to.
 */
import type { Checker, Seen } from '../checker.ts';
import type { Effect } from '../effects.ts';
import type { Host } from '../host.ts';
import type { MakeState } from './make-state.ts';
import { latePut, latePutOverNewer, lostThenThrottled, oldAndNewAtOnce } from './of-calls.ts';
import {
  attemptAfterDeath,
  diesWithMessages,
  groupOfSuspects,
  olderComesLater,
  receivedAfterItsEnd,
  receivedWhileItRuns,
  redriveBesideItsLetter,
  thawAfterLease,
} from './of-messages.ts';
import {
  diesBeforeItRaisesTheRound,
  heldInAProbe,
  olderRoundComes,
  overruledInAProbe,
  redrivenByTwo,
} from './of-operators.ts';
import {
  auditWritersMeet,
  laneProbeFails,
  openedByLateCrashes,
  probeTakenOver,
  reopens,
  resolvedByQuiet,
  secondIncident,
} from './of-the-kernel.ts';

export const RARE_STATES = {
  'a redrive while its letter is still in the queue': redriveBesideItsLetter,
  'two operators send one entry back in one round': redrivenByTwo,
  'an operator dies between sending an entry back and raising its round':
    diesBeforeItRaisesTheRound,
  'a copy of an older round is received': olderRoundComes,
  'an operator overrules a breaker while it probes': overruledInAProbe,
  'an operator pauses or resumes a lane in its probe': heldInAProbe,
  'old and new code at once': oldAndNewAtOnce,
  'a lost answer followed by a throttle': lostThenThrottled,
  'a PUT takes effect after it was given up': latePut,
  'a PUT takes effect after it was given up, over a newer one': latePutOverNewer,
  'a message is received while an earlier receive of it runs': receivedWhileItRuns,
  'a message is received after it has ended': receivedAfterItsEnd,
  'an environment dies with messages': diesWithMessages,
  'a thaw after the lease of the mark has ended': thawAfterLease,
  'suspects travel as a group': groupOfSuspects,
  'an attempt without an end is followed by another': attemptAfterDeath,
  'an older submission is received when a newer one is stored': olderComesLater,
  'a probe of a breaker is taken over': probeTakenOver,
  'a breaker opens again while traffic returns': reopens,
  'an incident is opened by crashes that came late': openedByLateCrashes,
  'an incident follows another of its scope': secondIncident,
  'an incident is resolved': resolvedByQuiet,
  'a probe of a lane fails': laneProbeFails,
  'two writers of the audit log take turns within a minute': auditWritersMeet,
} as const satisfies Record<string, MakeState>;

export type RareState = keyof typeof RARE_STATES;

export class RareStates implements Checker {
  readonly #states: readonly (readonly [RareState, ReturnType<MakeState>])[];
  readonly #counts: Map<RareState, number>;

  /** `counts` may be those of many runs. */
  constructor(seen: Seen, counts: Map<RareState, number>) {
    const all = Object.entries(RARE_STATES) as [RareState, MakeState][];
    this.#states = all.map(([name, make]) => [name, make(seen)]);
    this.#counts = counts;
  }

  see(effect: Effect, by: Host | undefined): void {
    for (const [name, reaches] of this.#states) {
      if (reaches(effect, by)) this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    }
  }
}
