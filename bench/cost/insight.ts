/**
 * What `reporting` and `analytics` use in a month. Assumed and not metered: they collect for minutes, and a
 * short run is not representative.
 */
import { type Promised, Usage } from './usage.ts';

/** The promise that is assumed as a whole. */
export const ASSUMED = 'reports and analytics' satisfies Promised;
const MINUTES = 730 * 60;
/** Lambda receives and deletes ten messages in a request, for each of the two. */
const REQUESTS_AN_OUTCOME = 2 * (2 / 10);
/** Five pollers fill a batch each: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const POLLERS = 5;
/** How long a batch of either may take to fill, in minutes, and its function's time and memory. */
const BATCHES = {
  reporting: { minutes: 1, gbSeconds: 0.3 * 1 },
  analytics: { minutes: 5, gbSeconds: 0.3 * 0.5 },
} as const;

/**
 * @param outcomes a month. Pollers write at most one object per batch, and never more than there
 * are outcomes.
 */
export function insight(outcomes: number): Usage {
  const usage = new Usage();
  usage.add(ASSUMED, 'sqsRequests', REQUESTS_AN_OUTCOME * outcomes);
  for (const { minutes, gbSeconds } of Object.values(BATCHES)) {
    const batches = Math.min(outcomes, (POLLERS * MINUTES) / minutes);
    usage.add(ASSUMED, 's3Puts', batches);
    usage.add(ASSUMED, 'lambdaRequests', batches);
    usage.add(ASSUMED, 'lambdaGbSeconds', batches * gbSeconds);
  }
  // Each day's report reads its objects once, and each minute looks for marks.
  usage.add(ASSUMED, 's3Gets', Math.min(outcomes, POLLERS * MINUTES));
  usage.add(ASSUMED, 's3Puts', MINUTES);
  return usage;
}
