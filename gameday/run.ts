/** The game day itself: measures a healthy pipeline, then provokes each alarm's condition. */
import { setTimeout as wait } from 'node:timers/promises';
import type { AlarmPlan } from './alarms.ts';
import type { Drill, Place } from './drill.ts';
import { drillOf } from './drills.ts';
import type { MetricRecords } from './metric-records.ts';
import { readAlarm } from './readings.ts';
import { valid } from './texts.ts';
import { until } from './until.ts';

export interface Result {
  readonly alarm: AlarmPlan;
  readonly condition: string;
  readonly before: number;
  readonly after: number;
  readonly moved: boolean;
}

const MOVES_WITHIN_MS = 30_000;
const AGAIN_MS = 1_000;
const HEALTHY = 40;

/** Lets a healthy pipeline work, and every function answer. */
export async function warmUp({ stage, stack }: Place, records: MetricRecords): Promise<void> {
  const lanes = ['critical', 'background'];
  for (const lane of lanes) {
    for (let n = 0; n < HEALTHY; n += 1) await stage.queues.send(`${stack}-${lane}`, valid());
  }
  stage.minute();
  const invokeAll = async () => {
    for (const name of functionsOf(stage, stack)) await stage.lambda.invoke(name);
  };
  await invokeAll();
  const stored = () => records.all.filter(({ name }) => name === 'Delivered');
  await until(async () => sum(stored()) >= lanes.length * HEALTHY, 60_000);
  // By now it is known how much memory each uses. An invocation reports it.
  await invokeAll();
}

const functionsOf = ({ runtime }: Place['stage'], stack: string) =>
  [...new Set(runtime.functions)].filter((name) => name.startsWith(stack));

const sum = (all: readonly { readonly value: number }[]) =>
  all.reduce((total, { value }) => total + value, 0);

/** Provokes one alarm's condition, until its metric is above the value of the healthy pipeline. */
export async function provoke(
  alarm: AlarmPlan,
  place: Place,
  records: MetricRecords,
  before: number,
): Promise<Result> {
  const drill: Drill | undefined = drillOf(alarm);
  if (drill === undefined) {
    return { alarm, condition: 'none: it has no drill', before, after: before, moved: false };
  }
  const since = Date.now();
  const undo = await drill.provoke(place);
  let after = before;
  let nextAt = 0;
  const moved = await until(async () => {
    if (performance.now() >= nextAt) {
      await drill.again?.(place);
      nextAt = performance.now() + AGAIN_MS;
    }
    after = await readAlarm(alarm, since, records, place.stage);
    return after > before;
  }, MOVES_WITHIN_MS);
  // Some emit more values, which the table should include.
  if (moved) {
    await wait(AGAIN_MS);
    after = Math.max(after, await readAlarm(alarm, since, records, place.stage));
  }
  await undo?.();
  return { alarm, condition: drill.condition, before, after, moved };
}
