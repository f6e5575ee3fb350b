import type { Context } from 'aws-lambda';
import type { Machine } from '../../aws/machine.ts';
import { scoped } from '../../telemetry/invocation.ts';

/** Validating stops when this time is left, because the writes that follow need it. */
export const WRITING_MS = 2_500;
/** When this time is left, everything that is not done counts as failed. */
const ANSWERING_MS = 1_000;
/** How long aborted work may take to settle. */
const SETTLING_MS = 500;

type Clock = Pick<Context, 'getRemainingTimeInMillis'>;
type Timers = Pick<Machine, 'later'>;

/**
 * Lets work run until shortly before the function's timeout, which would fail the whole batch. First
 * `validating` is aborted, so that no resource runs any more. A little later the calls of the work are
 * aborted, and this function waits until the work has ended, so that no part of it acts afterwards
 * (R61). Returns whether it was done by then.
 */
export function withinTime(
  { later }: Timers,
  context: Clock,
  work: (validating: AbortSignal) => Promise<unknown>,
): Promise<boolean> {
  const left = context.getRemainingTimeInMillis();
  const validating = new AbortController();
  const callOff = later(Math.max(0, left - WRITING_MS), () => validating.abort());
  return endedAfter(later, left - ANSWERING_MS, () => work(validating.signal)).finally(() => {
    callOff();
    validating.abort();
  });
}

/** For the last calls before the answer: they get half of the time that is left, and no more than `msMax`. */
export async function ifTimePermits(
  { later }: Timers,
  context: Clock,
  work: () => Promise<unknown>,
  msMax = Number.POSITIVE_INFINITY,
): Promise<void> {
  await endedAfter(later, Math.min(context.getRemainingTimeInMillis() / 2, msMax), work);
}

function endedAfter(
  later: Machine['later'],
  ms: number,
  work: () => Promise<unknown>,
): Promise<boolean> {
  return scoped(async (end) => {
    const late = Promise.withResolvers<false>();
    let isLate = false;
    let callOff = later(Math.max(0, ms), () => {
      isLate = true;
      end();
      callOff = later(SETTLING_MS, () => late.resolve(false));
    });
    try {
      return await Promise.race([work().then(() => !isLate), late.promise]);
    } catch (fault) {
      if (isLate) return false;
      throw fault;
    } finally {
      callOff();
    }
  });
}
