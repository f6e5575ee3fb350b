import type { Context } from 'aws-lambda';

/** Time left at which judging stops: what follows needs it for its writes. */
export const WRITING_MS = 2_500;
/** Time left at which whatever is not done counts as failed. */
const ANSWERING_MS = 1_000;

/**
 * Lets work run until shortly before the function's timeout, which would take the whole batch. First
 * `stopJudging` is called, a little later the wait ends. Answers whether the work was done by then.
 */
export async function withinTime(
  context: Pick<Context, 'getRemainingTimeInMillis'>,
  stopJudging: () => void,
  work: Promise<unknown>,
): Promise<boolean> {
  const left = context.getRemainingTimeInMillis();
  const stop = setTimeout(stopJudging, Math.max(0, left - WRITING_MS));
  const late = Promise.withResolvers<false>();
  const end = setTimeout(() => late.resolve(false), Math.max(0, left - ANSWERING_MS));
  try {
    return await Promise.race([work.then(() => true), late.promise]);
  } finally {
    clearTimeout(stop);
    clearTimeout(end);
  }
}

/** For the last calls before the answer: they are given half of what is left. */
export async function ifTimePermits(
  context: Pick<Context, 'getRemainingTimeInMillis'>,
  work: Promise<unknown>,
): Promise<void> {
  const late = Promise.withResolvers<void>();
  const end = setTimeout(late.resolve, Math.max(0, context.getRemainingTimeInMillis() / 2));
  try {
    await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(end);
  }
}
