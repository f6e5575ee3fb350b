/** Which messages of a batch exceed the rate of their source. */

import type { Table } from '../../aws/handles.ts';
import type { Machine } from '../../aws/machine.ts';
import { countSent } from '../../aws/rates-table.ts';
import type { Receipt } from '../../core/attempt/in-flight.ts';
import { sentMinute, takenOf, takenUnsure } from '../../core/source/source-rate.ts';
import { faultOf, type Log } from '../../telemetry/log.ts';
import type { Submission } from './submission.ts';

const MINUTES_KEPT = 1_000;

export interface RateTools extends Pick<Machine, 'later'> {
  readonly table: Table;
  /** Whether no delivery can have come before, as far as SQS knows. */
  readonly isFirst: (receipt: Receipt) => boolean;
  /** Messages that a source may send a minute; undefined for any number. */
  readonly rateOf: (source: string) => number | undefined;
  readonly logger: Log;
}

export class SourceRates {
  readonly #tools: RateTools;
  /** Messages that this environment accepted, by source and minute, for the latest minutes. */
  readonly #takenHere = new Map<string, number>();

  constructor(tools: RateTools) {
    this.#tools = tools;
  }

  /**
   * The batch, with the messages beyond each source's rate refused. While the shared count is unknown,
   * a batch is accepted, unless this environment alone has already accepted as many as the rate.
   */
  async apply(submissions: readonly Submission[]): Promise<readonly Submission[]> {
    const counted = submissions.filter((one) => this.#isCounted(one));
    const minutes = Map.groupBy(counted, ({ provenance: { origin } }) => {
      const { source, startsAt } = sentMinute(origin.source, origin.sentAt);
      return `${source}#${startsAt}`;
    });
    const surplus = await Promise.all([...minutes].map(([key, sent]) => this.#surplus(key, sent)));
    const refused = new Set(surplus.flat());
    return submissions.map((one) => (refused.has(one) ? { ...one, refusal: 'rate' } : one));
  }

  /** Messages that came before were counted then. */
  #isCounted(submission: Submission): boolean {
    const { isFirst, rateOf } = this.#tools;
    const { provenance, refusal } = submission;
    const hasRate = rateOf(provenance.origin.source) !== undefined;
    return refusal === undefined && hasRate && isFirst(submission);
  }

  async #surplus(key: string, sent: readonly Submission[]): Promise<readonly Submission[]> {
    const [first] = sent;
    if (first === undefined) return [];
    const { table, rateOf, later, logger } = this.#tools;
    const { source, sentAt } = first.provenance.origin;
    const rate = rateOf(source) ?? Number.POSITIVE_INFINITY;
    const taken = await countSent(table, sentMinute(source, sentAt), sent.length, later).then(
      (total) => takenOf(sent.length, total, rate),
      (error) => {
        logger.warn('rate not known', { messages: sent.length, ...faultOf(error) });
        return takenUnsure(sent.length, this.#takenHere.get(key) ?? 0, rate);
      },
    );
    this.#remember(key, taken);
    return sent.slice(taken);
  }

  #remember(key: string, taken: number): void {
    const known = this.#takenHere;
    known.set(key, (known.get(key) ?? 0) + taken);
    for (const oldest of known.keys()) {
      if (known.size <= MINUTES_KEPT) return;
      known.delete(oldest);
    }
  }
}
