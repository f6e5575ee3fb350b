import { ComponentFault } from '../../core/message/component-fault.ts';
import { abortWith } from '../../telemetry/abort-with.ts';
import { faultOf } from '../../telemetry/log.ts';
import type { Delivery } from './alone-states.ts';
import { during, FRUITLESS_RECEIVES_MAX, type IsolatedValidator } from './isolated-validator.ts';
import type { Submission } from './submission.ts';

type Asking = Pick<Delivery, 'context' | 'validating'> & {
  readonly parts: Pick<Delivery['parts'], 'pool' | 'ownProcess' | 'later' | 'logger'>;
};

/**
 * Where a message runs alone, ready for it: a worker or, after an environment's death, a process of its
 * own. If no process has loaded in several deliveries, this one waits for half of its time, and then takes
 * a worker: the message must not wait for ever for a fault of ours (R09). Throws if there is none either.
 */
export async function placeAlone(
  asking: Asking,
  { receives }: Pick<Submission, 'receives'>,
  ownProcess: boolean,
): Promise<IsolatedValidator> {
  const { parts, validating } = asking;
  const isFruitless = ownProcess && receives > FRUITLESS_RECEIVES_MAX;
  const isOwn = isFruitless ? await loadsInHalfTime(asking) : ownProcess;
  const place = during(isOwn ? parts.ownProcess : parts.pool, validating);
  await place.ready();
  return place;
}

async function loadsInHalfTime({ parts, context, validating }: Asking): Promise<boolean> {
  const half = new AbortController();
  const letGo = abortWith(half, validating);
  const callOff = parts.later(context.getRemainingTimeInMillis() / 2, () => half.abort());
  try {
    await parts.ownProcess.ready(half.signal);
    return true;
  } catch (fault) {
    if (!(fault instanceof ComponentFault)) throw fault;
    parts.logger.warn('no separate process has loaded', faultOf(fault));
    return false;
  } finally {
    letGo();
    callOff();
  }
}
