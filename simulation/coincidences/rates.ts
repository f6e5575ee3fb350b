import type { Random } from '../random.ts';

/** How often each directed coincidence befalls a run: probabilities at its moment. */
export interface CoincidenceRates {
  /** Lambda's API fails from the moment at which a lane is paused, longer than the lane's cool-down. */
  readonly pausedWithoutApi: number;
  /** A server is down again at the moment at which its breaker closes. */
  readonly downAgain: number;
  /** A FHIR server and a table are slow and fail in part, both for minutes, from the moment at which its breaker changes. */
  readonly brownOut: number;
  /** The machine that has just taken the lease of a breaker's probe is in trouble while it probes. */
  readonly probeInTrouble: number;
  /** The write of an environment's mark comes late. */
  readonly lateMark: number;
  /** Files with a defect come when an incident has been quiet for long enough, and again when it was resolved. */
  readonly stormAtQuiet: number;
  /** An environment that has recorded a crash with too few resolutions dies before it knows. */
  readonly diesUntold: number;
  /** A write under a condition comes late, and its sender may die before it tries again. */
  readonly lateWrite: number;
  /** The message of an escalation is delivered again after the incident that it opened was resolved. */
  readonly comesAgain: number;
  /** The machine that has just leased a delivery stands still, or its tables answer late. */
  readonly leaseStands: number;
  /** No environment of a lane loads from the moment at which many of its messages wait, for some seconds. */
  readonly badDeployment: number;
  /** The machine that has just recorded an attempt is cut off from the tables, and may die once it has sent its message anew. */
  readonly cutOffAlone: number;
  /** The machine that has just recorded that its attempt was survived stands still, and SQS delivers the message once more. */
  readonly survivorStands: number;
  /** A save of a breaker that counts a result is not answered, and its machine stands still. */
  readonly saveUnanswered: number;
  /** The machine that has just sent triggers again stands still before it says so. */
  readonly resendStands: number;
  /** An operator's computer sleeps for minutes at most when a lane has just been paused or resumed. */
  readonly asleep: number;
  /** A lane is paused by an operator when the supervisor has just released it, whose changes come late. */
  readonly slowEnabling: number;
  /** A FHIR server has brought a backup back when a newer version of what it held is about to be delivered. */
  readonly backupRestored: number;
  /** An operator's computer sleeps, or his command dies, at the worst moment of an erasure. */
  readonly eraserInterrupted: number;
  /**
   * The write of a verdict comes late, and its sender, cut off from the tables meanwhile, gives it up. Validation
   * finds another verdict at each delivery of a `misjudged` resource.
   */
  readonly lateVerdict: number;
  /** A group of suspects is in its queue twice, as after a send whose first try arrived late. */
  readonly groupTwice: number;
  /** Another client of a FHIR server changes, deletes or holds what has just been leased for its delivery. */
  readonly otherClients: number;
}

export const NO_COINCIDENCES: CoincidenceRates = {
  pausedWithoutApi: 0,
  downAgain: 0,
  brownOut: 0,
  probeInTrouble: 0,
  lateMark: 0,
  stormAtQuiet: 0,
  diesUntold: 0,
  lateWrite: 0,
  comesAgain: 0,
  leaseStands: 0,
  badDeployment: 0,
  cutOffAlone: 0,
  survivorStands: 0,
  saveUnanswered: 0,
  resendStands: 0,
  asleep: 0,
  slowEnabling: 0,
  backupRestored: 0,
  eraserInterrupted: 0,
  lateVerdict: 0,
  groupTwice: 0,
  otherClients: 0,
};

/** Most runs have none, or one of them. */
const COINCIDENCE = 0.15;

export function drawCoincidences(random: Random): CoincidenceRates {
  const { lateVerdict, eraserInterrupted, groupTwice, otherClients, ...others } = NO_COINCIDENCES;
  const drawn = Object.keys(others).map((name) => {
    return [name, random.chance(COINCIDENCE) ? 0.3 + 0.7 * random.fraction() : 0];
  });
  const rates = {
    ...(Object.fromEntries(drawn) as CoincidenceRates),
    lateVerdict,
    eraserInterrupted,
    groupTwice,
    otherClients,
  };
  const { brownOut, leaseStands, probeInTrouble } = rates;
  if (brownOut === 0) return rates;
  // Leases and probes at their limits, too.
  const atLeast = (share: number) => Math.max(share, brownOut / 2);
  return { ...rates, leaseStands: atLeast(leaseStands), probeInTrouble: atLeast(probeInTrouble) };
}
