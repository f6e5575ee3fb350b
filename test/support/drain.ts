/** Delivers everything everywhere until nothing is left, as a deployed stage would. */

import { skipTime } from './clock.ts';
import { deliver } from './delivery.ts';
import type { Functions } from './functions.ts';
import { depthOf } from './stores.ts';
import type { World } from './world.ts';

const PAUSE_MS = 50;
const STEP_MS = 1_000;

/** In skipped time: longer than messages wait. Work under way may take as long as the machine needs. */
const WAITING_MAX_MS = 3_600_000;

/** Runs until the queues are empty; throws if what is left waits for ever. */
export async function drain(
  world: World,
  functions: Functions,
  waitingMaxMs = WAITING_MAX_MS,
): Promise<void> {
  let waitedMs = 0;
  const { lane, isolation, deadLetter, incident } = world.queues;
  const consumers = [
    { queue: lane, handler: functions.validate, max: 10 },
    { queue: isolation, handler: functions.validate, max: 1 },
    { queue: deadLetter, handler: functions.quarantine, max: 10 },
    { queue: incident, handler: functions.incident, max: 10 },
  ];
  let empty = false;
  let active = 0;
  const running = consumers.map(async ({ queue, handler, max }) => {
    while (!empty) {
      active += 1;
      const delivery = await deliver(handler, queue, { max });
      active -= 1;
      if (delivery === undefined) await pause(active);
    }
  });
  const watching = (async () => {
    while (!empty) {
      const depths = await Promise.all(consumers.map(({ queue }) => depthOf(queue)));
      empty = depths.every((depth) => depth === 0);
      // Nothing is under way, so whatever is left waits for its time.
      if (!empty && active === 0) {
        skipTime(STEP_MS);
        waitedMs += STEP_MS;
      }
      if (waitedMs > waitingMaxMs)
        throw new Error(`not drained: ${depths.join(', ')} messages left`);
      await pause(active);
    }
  })();
  try {
    await Promise.all([...running, watching]);
  } finally {
    empty = true;
  }
}

/** What works gets the processor; if nothing does, nobody is waited for. */
const pause = (active: number) =>
  new Promise((resolve) => (active > 0 ? setTimeout(resolve, PAUSE_MS) : setImmediate(resolve)));
