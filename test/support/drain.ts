/** Delivers everything everywhere until nothing is left, as a deployed stage would. */

import { skipTime } from './clock.ts';
import { deliver } from './delivery.ts';
import type { Functions } from './functions.ts';
import { depthOf } from './stores.ts';
import type { World } from './world.ts';

const PAUSE_MS = 50;

/** Runs until the queues are empty; throws if they are not by then. */
export async function drain(world: World, functions: Functions, withinMs = 40_000): Promise<void> {
  const end = performance.now() + withinMs;
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
      if (delivery === undefined) await pause();
    }
  });
  const watching = (async () => {
    while (!empty) {
      const depths = await Promise.all(consumers.map(({ queue }) => depthOf(queue)));
      empty = depths.every((depth) => depth === 0);
      // Nobody is at work, so whatever is left waits for its time.
      if (!empty && active === 0) skipTime(1_000);
      if (performance.now() > end)
        throw new Error(`not drained: ${depths.join(', ')} messages left`);
      await pause();
    }
  })();
  try {
    await Promise.all([...running, watching]);
  } finally {
    empty = true;
  }
}

const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
