/**
 * When producers submit. Mostly in waves, as hospitals export what they have gathered: a wave fills batches. Some files
 * come by themselves in between, and in a few runs all do.
 */
import type { Random } from './random.ts';

export interface Traffic {
  /** All is submitted within this time. */
  readonly overMs: number;
  /** When the waves begin. */
  readonly waves: readonly number[];
  readonly waveMs: number;
  /** Probability that a file comes by itself. */
  readonly alone: number;
}

const PER_SECOND = [1, 5, 20] as const;
const SUBMITTING_MS_MIN = 300_000;
/** How often they submit for half an hour, however little: incidents end, and begin again. Most of such a run is no message's. */
const QUIET_DAY = 0.05;
const QUIET_DAY_MS = 1_500_000;
const WAVES = [1, 3, 8] as const;
/** So that a long run has many. */
const WAVE_MESSAGES_MAX = 200;
const WAVE_MS = [100, 1_000, 5_000] as const;
const ALONE = [0, 0.1, 0.3] as const;
const ALL_ALONE = 0.1;

/** `isLong` makes it a quiet day in any case. */
export function drawTraffic(messages: number, random: Random, isLong: boolean): Traffic {
  const ms = (1_000 * messages) / random.pick(PER_SECOND);
  const least = random.chance(QUIET_DAY) || isLong ? QUIET_DAY_MS : SUBMITTING_MS_MIN;
  const overMs = Math.ceil(Math.max(least, ms * (0.5 + random.fraction())));
  const waveMs = random.pick(WAVE_MS);
  const number = Math.max(random.pick(WAVES), Math.ceil(messages / WAVE_MESSAGES_MAX));
  const everyMs = (overMs - waveMs) / number;
  const waves = Array.from({ length: number }, (_, place) =>
    Math.floor((place + random.fraction()) * everyMs),
  );
  const alone = random.chance(ALL_ALONE) ? 1 : random.pick(ALONE);
  return { overMs, waves, waveMs, alone };
}

/** When a file comes, in ms from the start. */
export function momentIn({ overMs, waves, waveMs, alone }: Traffic, random: Random): number {
  if (random.chance(alone)) return random.below(overMs);
  return (waves[random.below(waves.length)] ?? 0) + random.below(waveMs);
}
