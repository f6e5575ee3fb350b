/**
 * States that runs reach rarely, and in which a rule could break. They are counted: if no seed of a
 * set reaches a state, the set proves less than it seems to.
 */
import type { Checker, Seen } from '../checker.ts';
import type { Effect } from '../effects.ts';
import type { Host } from '../host.ts';
import type { MakeState, Reaches } from './make-state.ts';
import {
  hotPartition,
  hotReads,
  indexThrottlesTable,
  latePut,
  latePutOverNewer,
  lateVerdict,
  lostThenThrottled,
  oldAndNewAtOnce,
  putConflicts,
  rolledBack,
} from './of-calls.ts';
import {
  deliveredAfterRefusals,
  refusedForWhatIsAbsent,
  refusedInCircle,
} from './of-deliveries.ts';
import {
  erasedInDelivery,
  erasureGoesOn,
  refusedAsErased,
  storedAndErasedComesAgain,
} from './of-erasures.ts';
import {
  attemptAfterDeath,
  deliveredFromBucket,
  diesWithMessages,
  groupOfSuspects,
  longReasonKept,
  olderComesLater,
  receivedAfterItsEnd,
  receivedWhileItRuns,
  redriveBesideItsLetter,
  sentOnIllegible,
  sentOnThroughBucket,
  storedPacked,
  thawAfterLease,
} from './of-messages.ts';
import {
  corrected,
  diesBeforeItRaisesTheRound,
  heldInAProbe,
  olderRoundComes,
  overruledInAProbe,
  redrivenByTwo,
} from './of-operators.ts';
import {
  clockGoesBack,
  deploymentEnables,
  diesThreeTimes,
  expired,
  forgottenVersion,
  fullOfFlight,
} from './of-surroundings.ts';
import {
  auditWritersMeet,
  escalated,
  laneProbeFails,
  openedByLateCrashes,
  opensByShare,
  probeTakenOver,
  reopens,
  reportWithoutAnswer,
  resolvedByQuiet,
  secondIncident,
} from './of-the-kernel.ts';

export const RARE_STATES = {
  'a redrive while its letter is still in the queue': redriveBesideItsLetter,
  'two operators send one entry back in one round': redrivenByTwo,
  'an operator dies between sending an entry back and raising its round':
    diesBeforeItRaisesTheRound,
  'an operator corrects a body': corrected,
  'a message is refused because its patient was erased': refusedAsErased,
  'a resource is erased while it is delivered': erasedInDelivery,
  'a message comes again whose resource was erased': storedAndErasedComesAgain,
  'an erasure is ended by another than began it': erasureGoesOn,
  'a copy of an older round is received': olderRoundComes,
  'an operator overrules a breaker while it probes': overruledInAProbe,
  'an operator pauses or resumes a lane in its probe': heldInAProbe,
  'old and new code at once': oldAndNewAtOnce,
  'code that was rolled back runs beside what it replaces': rolledBack,
  'an escalation opens an incident': escalated,
  'a lost answer followed by a throttle': lostThenThrottled,
  'a partition of a table accepts no more writes': hotPartition,
  'an index throttles its table': indexThrottlesTable,
  'a partition answers no more reads': hotReads,
  'a PUT takes effect after it was given up': latePut,
  'a PUT takes effect after it was given up, over a newer one': latePutOverNewer,
  'a verdict takes effect after its delivery gave it up': lateVerdict,
  'a message is received while an earlier receive of it runs': receivedWhileItRuns,
  'a message is received after it has ended': receivedAfterItsEnd,
  'an environment dies with messages': diesWithMessages,
  'a thaw after the lease of the mark has ended': thawAfterLease,
  'suspects travel as a group': groupOfSuspects,
  'an attempt without an end is followed by another': attemptAfterDeath,
  'an older submission is received when a newer one is stored': olderComesLater,
  'a resource is stored packed': storedPacked,
  'a resource that fits into no item is delivered': deliveredFromBucket,
  'a redrive keeps a long reason, cut': longReasonKept,
  'a body that does not fit with its envelope is sent on': sentOnThroughBucket,
  'a body that SQS does not take is sent on': sentOnIllegible,
  'a probe of a breaker is taken over': probeTakenOver,
  'a breaker opens again while traffic returns': reopens,
  'a breaker opens by the share of failed calls': opensByShare,
  'a report of calls takes effect, and is not answered': reportWithoutAnswer,
  'an incident is opened by crashes that came late': openedByLateCrashes,
  'an incident follows another of its scope': secondIncident,
  'an incident is resolved': resolvedByQuiet,
  'a probe of a lane fails': laneProbeFails,
  'two writers of the audit log take turns within a minute': auditWritersMeet,
  'S3 refuses a put because another one of its key is under way': putConflicts,
  'a FHIR server has forgotten the version that a PUT names': forgottenVersion,
  'a refused resource is delivered after what it refers to': deliveredAfterRefusals,
  'a resource is refused whose reference nobody has stored': refusedForWhatIsAbsent,
  'a resource is refused that refers to what waits for it': refusedInCircle,
  'a deployment enables the queues of a paused lane': deploymentEnables,
  'as many messages of a queue are in flight as may be': fullOfFlight,
  'the clock of an environment goes back': clockGoesBack,
  'DynamoDB deletes what has expired': expired,
  'three environments die of one asynchronous invocation': diesThreeTimes,
} as const satisfies Record<string, MakeState>;

export type RareState = keyof typeof RARE_STATES;

type Watch = readonly [RareState, Reaches];

export class RareStates implements Checker {
  readonly kinds: readonly Effect['kind'][];
  /** The states that an effect may reach, or that remember it. */
  readonly #byKind = new Map<Effect['kind'], Watch[]>();
  readonly #counts: Map<RareState, number>;

  /** `counts` may be those of many runs. */
  constructor(seen: Seen, counts: Map<RareState, number>) {
    this.#counts = counts;
    for (const [name, { kinds, make }] of Object.entries(RARE_STATES) as [RareState, MakeState][]) {
      const reaches = make(seen);
      for (const kind of kinds) {
        this.#byKind.set(kind, [...(this.#byKind.get(kind) ?? []), [name, reaches]]);
      }
    }
    this.kinds = [...this.#byKind.keys()];
  }

  see(effect: Effect, by: Host | undefined): void {
    for (const [name, reaches] of this.#byKind.get(effect.kind) ?? []) {
      if (reaches(effect, by)) this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    }
  }
}
