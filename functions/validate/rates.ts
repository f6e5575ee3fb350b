/** Which messages of a batch their source sent beyond its rate. */

import type { Table } from '../../aws/places.ts';
import { countSent } from '../../aws/rates-table.ts';
import { sentMinute, takenOf, takenUnsure } from '../../core/source/source-rate.ts';
import { faultOf } from '../../telemetry/log.ts';
import { environment, later, logger } from './environment.ts';
import type { Submission } from './submission.ts';

const { ratesTable: table } = environment;

/** What this environment took, by source and minute; the latest minutes that it met. */
const takenHere = new Map<string, number>();
const MINUTES_KEPT = 1_000;

/**
 * The batch, with the surplus of each source's minute refused. While counting is unsure a batch
 * passes, unless this environment alone has taken as much as the rate before.
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
  return environment.senders.rules?.known[source]?.ratePerMinute;
}

async function surplusOf(
  ratesTable: Table,
  sent: readonly Submission[],
): Promise<readonly Submission[]> {
  const [first] = sent;
  if (first === undefined) return [];
  const { source, sentAt } = first.provenance.origin;
  const minute = sentMinute(source, sentAt);
  const rate = rateOf(source) ?? Number.POSITIVE_INFINITY;
  const key = `${source}#${minute.startsAt}`;
  const taken = await countSent(ratesTable, minute, sent.length, later).then(
    (total) => takenOf(sent.length, total, rate),
    (error) => {
      logger.warn('rate not known', { messages: sent.length, ...faultOf(error) });
      return takenUnsure(sent.length, takenHere.get(key) ?? 0, rate);
    },
  );
  remember(key, taken);
  return sent.slice(taken);
}

function remember(key: string, taken: number): void {
  takenHere.set(key, (takenHere.get(key) ?? 0) + taken);
  for (const oldest of takenHere.keys()) {
    if (takenHere.size <= MINUTES_KEPT) return;
    takenHere.delete(oldest);
  }
}
