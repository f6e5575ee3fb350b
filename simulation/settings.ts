/**
 * Settings of the stack, and habits of what is around it, that a run draws because each of their values is a way to run
 * it. They stay when faults heal.
 * Another value may be deployed in the middle: environments of both run at once, and share one state.
 */
import type { WindowTrip } from '../core/breaker/breaker-policy.ts';
import { ENV } from '../telemetry/env-names.ts';
import type { Random } from './random.ts';

/** Zero stands for the default. */
export interface DrawnSettings {
  /** The share of failed calls at which the breakers of the FHIR servers open. Zero: they count consecutive failures. */
  readonly breakerShare: number;
  /** The same after a deployment in the middle. */
  readonly breakerShareLater: number;
  /** The rate of the source that has one, which its producer exceeds. Zero: one that nobody exceeds. */
  readonly ratePerMinute: number;
  /** What the FHIR server with ETags answers to a PUT that names a version of what it does not hold. Zero: it stores it. */
  readonly absentStatus: number;
  /** How the server that sources share, and the clinic's, refuse what refers to a resource that they do not hold. Zero: they take it. */
  readonly sharedLacksStatus: number;
  readonly clinicLacksStatus: number;
  /** When the servers' tokens are rotated. Zero: never. */
  readonly tokensRotatedMs: number;
  /** A deployment in the middle enables all mappings, as CloudFormation does where it changes one: 1, or 0. */
  readonly resetsMappings: number;
  /** How long after a deployment in the middle the first one is deployed again. Zero: never. */
  readonly rolledBackMs: number;
}

export const DEFAULT_SETTINGS: DrawnSettings = {
  breakerShare: 0,
  breakerShareLater: 0,
  ratePerMinute: 0,
  absentStatus: 412,
  sharedLacksStatus: 0,
  clinicLacksStatus: 0,
  tokensRotatedMs: 0,
  resetsMappings: 0,
  rolledBackMs: 0,
};

/** By their shares. A run has few calls, so that most windows are small or long. */
const WINDOWS: readonly Omit<WindowTrip, 'kind'>[] = [
  { share: 0.25, callsMin: 5, windowMs: 10_000 },
  { share: 0.4, callsMin: 10, windowMs: 60_000 },
  { share: 0.5, callsMin: 5, windowMs: 600_000 },
];
const BY_SHARE = 0.4;
const ANOTHER_LATER = 0.3;
export const RATES = [3, 10, 40] as const;
const IS_LIMITED = 0.25;
/** Microsoft's server says so, and requires the version of what it holds if it is set so. */
export const MICROSOFTS = 404;
/** As servers that people run do. */
const ABSENT = [412, MICROSOFTS, 0] as const;
const RESETS = 0.5;

/** The file of the sources' rules with such a rate, beside the code of `validate`. */
export const sourcesFileOf = (ratePerMinute: number) => `sources-${ratePerMinute}.json`;

export function drawSettings(random: Random): DrawnSettings {
  const share = () => {
    const isDrawn = random.chance(BY_SHARE);
    const drawn = WINDOWS[random.below(WINDOWS.length)];
    return isDrawn && drawn !== undefined ? drawn.share : 0;
  };
  const [breakerShare, another] = [share(), share()];
  return {
    breakerShare,
    breakerShareLater: random.chance(ANOTHER_LATER) ? another : breakerShare,
    ratePerMinute: random.chance(IS_LIMITED) ? random.pick(RATES) : 0,
    absentStatus: random.pick(ABSENT),
    ...{ sharedLacksStatus: 0, clinicLacksStatus: 0, tokensRotatedMs: 0 },
    resetsMappings: random.chance(RESETS) ? 1 : 0,
    rolledBackMs: 0,
  };
}

export const checksReferences = ({ sharedLacksStatus, clinicLacksStatus }: DrawnSettings) =>
  sharedLacksStatus > 0 || clinicLacksStatus > 0;

/** By which share the breakers of the FHIR servers open, for environments of that deployment. */
export function windowTripOf(
  { breakerShare, breakerShareLater }: DrawnSettings,
  deployment: number,
): WindowTrip | undefined {
  const wanted = deployment === 0 ? breakerShare : breakerShareLater;
  const trip = WINDOWS.find(({ share }) => share === wanted);
  return trip && { kind: 'failure-rate', ...trip };
}

/** The environment variables of a function in that deployment. */
export function withSettings(
  env: Readonly<Record<string, string>>,
  settings: DrawnSettings,
  { name, deployment }: { readonly name: string; readonly deployment: number },
): Record<string, string> {
  const { ratePerMinute } = settings;
  if (ratePerMinute > 0 && name.includes('-validate-')) {
    return { ...env, [ENV.sourcesFile]: sourcesFileOf(ratePerMinute) };
  }
  const trip = windowTripOf(settings, deployment);
  if (trip === undefined || !name.endsWith('-deliver')) return env;
  const { share: failed, callsMin, windowMs } = trip;
  const known = JSON.parse(env[ENV.settings] ?? '{}') as object;
  const breakerShare = { failed, callsMin, windowMs };
  return { ...env, [ENV.settings]: JSON.stringify({ ...known, breakerShare }) };
}
