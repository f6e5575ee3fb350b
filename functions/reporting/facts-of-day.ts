/** The facts that reports are made of: compressed lines of JSON, an object for each batch and day. */
import { gunzipSync, gzipSync } from 'node:zlib';
import pLimit from 'p-limit';
import * as z from 'zod';
import type { Bucket } from '../../aws/handles.ts';
import { keysUnder, putObject, readObject } from '../../aws/insight-bucket.ts';
import { inOrder, nameOf } from '../../aws/outcome-facts.ts';
import { incidentFactSchema } from '../../core/incident/incident-fact.ts';
import { type DayReport, DayTally, type ReportFact } from '../../core/report/day-report.ts';
import { factsOf } from '../../core/report/insight-keys.ts';
import { outcomeFactSchema } from '../../core/report/outcome-fact.ts';

const READS_MAX = 16;

const factSchema = z.discriminatedUnion('kind', [outcomeFactSchema, incidentFactSchema]);

/** Keeps facts of one day; returns the object's name. */
export async function keepFacts(
  bucket: Bucket,
  day: string,
  facts: readonly ReportFact[],
): Promise<string> {
  const ordered = inOrder(facts);
  const name = nameOf(ordered);
  const text = ordered.map((fact) => `${JSON.stringify(fact)}\n`).join('');
  await putObject(bucket, `${factsOf(day)}${name}.ndjson.gz`, gzipSync(text), 'application/gzip');
  return name;
}

export interface Counted {
  readonly report: DayReport;
  /**
   * Number of objects that it was made of. Objects are only added, so this number always means the same
   * ones.
   */
  readonly objects: number;
}

/** What counting may take. */
export interface CountLimits {
  hasTime(): boolean;
  /** A million takes 110 MB of memory. */
  readonly outcomesMax: number;
}

const NO_LIMITS: CountLimits = { hasTime: () => true, outcomesMax: Number.POSITIVE_INFINITY };

/** The day has more facts than the limits allow. */
class DayTooLarge extends Error {
  override readonly name = 'DayTooLarge';
}

/** The report of a day from all facts that exist now. After a fault nothing more is read (R61). */
export async function countDay(
  bucket: Bucket,
  day: string,
  { hasTime, outcomesMax }: CountLimits = NO_LIMITS,
): Promise<Counted> {
  const keys = await keysUnder(bucket, factsOf(day));
  const tally = new DayTally(day);
  const limit = pLimit(READS_MAX);
  let hasFailed = false;
  const count = async (key: string) => {
    if (hasFailed) return;
    try {
      const bytes = await readObject(bucket, key);
      if (!hasTime()) throw new DayTooLarge(`no time for ${keys.length} objects`);
      for (const fact of factsIn(bytes)) tally.add(fact);
      if (tally.outcomes > outcomesMax) throw new DayTooLarge(`more than ${outcomesMax} outcomes`);
    } catch (fault) {
      hasFailed = true;
      throw fault;
    }
  };
  const read = await Promise.allSettled(keys.map((key) => limit(() => count(key))));
  const failed = read.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return { report: tally.report(), objects: keys.length };
}

function* factsIn(bytes: Uint8Array): Generator<ReportFact> {
  for (const line of gunzipSync(bytes).toString().split('\n')) {
    if (line !== '') yield factSchema.parse(JSON.parse(line));
  }
}
