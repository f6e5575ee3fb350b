/** A month's bill from what one resource of each kind uses and from the standing charges. */
import { insight } from './insight.ts';
import type { Measured, SeenMetric } from './measure.ts';
import { PRICES } from './prices.ts';
import { Usage } from './usage.ts';

export interface Month {
  /** Resources a month. */
  readonly resources: number;
  readonly bytes: number;
  /** What is kept of them in our table. */
  readonly packedBytes: number;
  /** Shares of them, 0 to 1. */
  readonly invalid: number;
  readonly crash: number;
}

const GB = 1e9;

/**
 * Write units of the indexes, which no emulator counts: an item of one below 1 KB. A resource has one in
 * `by-message`, and a second where it takes the place of an older one (assumed: none does). What is in Quarantine has two.
 */
const INDEX_UNITS = { stored: 1, quarantined: 2 };

/**
 * Data events of CloudTrail. A payload of several 64 KB, and a unit of a larger item, are counted
 * more than once, so this is an upper bound.
 */
const DATA_EVENTS = [
  ...(['sqsRequests', 'sqsFairRequests', 'sqsFifoRequests', 'snsPublishes'] as const),
  ...(['dynamoWriteUnits', 'dynamoReadUnits', 's3Puts', 's3Gets', 'lambdaRequests'] as const),
];

/** The maximum cost of `trail.dataEvents`, in USD. It costs nothing if it is off. */
export function trailUsd(usage: Usage): number {
  const events = DATA_EVENTS.reduce((sum, item) => sum + usage.of(item), 0);
  return events * PRICES.dataEvents.usd;
}

const HOURS = 730;

/** A metric is billed for each hour in which it is emitted, which are no more than it is emitted times. */
function metricMonths(seen: readonly SeenMetric[], many: SeenMetric): number {
  return seen.reduce((sum, { valid, invalid, crashing }) => {
    const times = valid * many.valid + invalid * many.invalid + crashing * many.crashing;
    return sum + Math.min(1, times / HOURS);
  }, 0);
}

export interface Bill {
  readonly ours: Usage;
  readonly plain: Usage;
}

/**
 * Both store what is valid, for one month. The plain pipeline has no handling of crashes: it is counted as
 * if they were valid, which flatters it.
 */
export function billOf(
  month: Month,
  { ours: each, plain: plainEach, metrics }: Measured,
  standing: Usage,
): Bill {
  const { resources, bytes, packedBytes, invalid, crash } = month;
  const quarantined = resources * (invalid + crash);
  const stored = resources - quarantined;
  const kept = (stored * packedBytes) / GB;
  const ours = new Usage();
  ours.addTimes(standing, 1);
  const many = { valid: stored, invalid: resources * invalid, crashing: resources * crash };
  ours.add('validate and store', 'metrics', metricMonths(metrics.seen, many) - metrics.idle);
  ours.addTimes(insight(resources), 1);
  ours.addTimes(each.valid, stored);
  ours.addTimes(each.invalid, resources * invalid);
  ours.addTimes(each.crashing, resources * crash);
  ours.add('validate and store', 'dynamoWriteUnits', stored * INDEX_UNITS.stored);
  ours.add('isolation', 'dynamoWriteUnits', quarantined * INDEX_UNITS.quarantined);
  ours.add('validate and store', 'dynamoGbMonths', kept);
  ours.add('validate and store', 'dynamoRestorableGbMonths', kept);
  ours.add('isolation', 'dynamoGbMonths', (quarantined * bytes) / GB);
  const plain = new Usage();
  plain.addTimes(plainEach.valid, resources * (1 - invalid));
  plain.addTimes(plainEach.invalid, resources * invalid);
  plain.add('validate and store', 'dynamoGbMonths', (stored * bytes) / GB);
  return { ours, plain };
}
