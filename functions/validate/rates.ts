/** Which messages of a batch their source sent beyond its rate. */
import { type SentMinute, sentMinute, takenOf } from '../../core/source-rate.ts';
import { ENV } from '../aws/env-names.ts';
import { countSent } from '../aws/rates-table.ts';
import { sourceRules } from '../sources.ts';
import { faultOf, logger } from '../telemetry.ts';
import type { Submission } from './submission.ts';

const table = process.env[ENV.ratesTable];

/**
 * The batch, with the surplus of each source's minute refused. While the counts cannot be had nothing
 * is: a table that fails is no reason to turn patients away.
 */
export async function withinRates(submissions: readonly Submission[]): Promise<Submission[]> {
  if (table === undefined) return [...submissions];
  const minutes = Map.groupBy(submissions.filter(isCounted), ({ provenance: { origin } }) => {
    const { source, startsAt } = sentMinute(origin.source, origin.sentAt);
    return `${source}#${startsAt}`;
  });
  const surplus = await Promise.all([...minutes.values()].map((sent) => surplusOf(table, sent)));
  const refused = new Set(surplus.flat());
  return submissions.map((one) => (refused.has(one) ? { ...one, refusal: 'rate' } : one));
}

/** What came before was counted then. */
function isCounted({ provenance, receives, refusal }: Submission): boolean {
  return receives <= 1 && refusal === undefined && rateOf(provenance.origin.source) !== undefined;
}

function rateOf(source: string): number | undefined {
  return sourceRules?.known[source]?.ratePerMinute;
}

async function surplusOf(
  ratesTable: string,
  sent: readonly Submission[],
): Promise<readonly Submission[]> {
  const [first] = sent;
  if (first === undefined) return [];
  const { source, sentAt } = first.provenance.origin;
  const minute: SentMinute = sentMinute(source, sentAt);
  try {
    const total = await countSent(ratesTable, minute, sent.length);
    return sent.slice(takenOf(sent.length, total, rateOf(source) ?? Number.POSITIVE_INFINITY));
  } catch (error) {
    logger.warn('rate not known', { messages: sent.length, ...faultOf(error) });
    return [];
  }
}
