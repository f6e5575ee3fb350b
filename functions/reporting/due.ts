/**
 * Which days wait for a report, and who makes it.
 *
 * A mark in the bucket says that a day has facts that no report counts yet; it is written after the facts.
 * A current day needs one mark, a past day one for each batch, because a report may be under way. To make a
 * report: list the marks, then the facts, write the report, and delete those marks and no others. What came
 * meanwhile is still marked. So neither a death at any step, nor two processes that make the same report,
 * leave a fact unreported.
 *
 * Reports are editions, named by how many objects they were made of. A slow one that was begun earlier has
 * a smaller number, and overwrites nothing.
 */

import type { Bucket } from '../../aws/handles.ts';
import { deleteObjects, keysUnder, putObject } from '../../aws/insight-bucket.ts';
import { DUE, REPORTS } from '../../core/report/insight-keys.ts';
import { DAY_MS, startOfDay } from '../../core/report/utc-day.ts';
import type { Tally } from '../../telemetry/tally.ts';
import { countDay } from './facts-of-day.ts';
import { csvOf } from './report-csv.ts';
import { htmlOf } from './report-html.ts';

/** Outcomes of a day's last minutes arrive a while later: a batch window, a retry. */
const GRACE_MS = 15 * 60_000;
const EDITION_DIGITS = 6;
/** They take two thirds of the function's memory. */
const OUTCOMES_MAX = 6_000_000;
/**
 * The share of the time that is kept for writing the report. A function that is killed would get its messages
 * again, and be killed again.
 */
const RESERVED_SHARE = 1 / 4;

interface Parts {
  readonly bucket: Bucket;
  readonly stage: string;
  readonly now: () => number;
}

export class DueReports {
  readonly #parts: Parts;
  /** Current days that this environment has marked. */
  readonly #goingOn = new Set<string>();
  /** Days whose report this environment could not make. Others have their turn before them. */
  readonly #failed = new Set<string>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Records that a day has new facts, in an object of that name. */
  async mark(day: string, name: string): Promise<void> {
    const { bucket, now } = this.#parts;
    if (now() >= endOf(day)) {
      await putObject(bucket, `${DUE}${day}/${name}`, '', 'text/plain');
    } else if (!this.#goingOn.has(day)) {
      await putObject(bucket, `${DUE}${day}/going-on`, '', 'text/plain');
      this.#goingOn.add(day);
    }
  }

  /**
   * Makes the oldest report that is due; returns its day, or undefined if none is. A day whose report cannot be
   * made, because its facts cannot be read or are too many, delays no other.
   */
  async make(tally: Tally, leftMs: () => number): Promise<string | undefined> {
    const due = await this.#due();
    if (due.length > 0) tally.add('ReportsDue', due.length);
    const reservedMs = leftMs() * RESERVED_SHARE;
    const hasTime = () => leftMs() > reservedMs;
    for (const [day, marks] of due) {
      if (!hasTime()) break;
      this.#failed.add(day);
      if (!(await tally.succeeds(day, () => this.#report(day, marks, hasTime)))) continue;
      this.#failed.delete(day);
      return day;
    }
    return undefined;
  }

  /** Days that are over and have marks, the oldest first, but last those that failed here before. */
  async #due(): Promise<[day: string, marks: string[]][]> {
    const { bucket, now } = this.#parts;
    const marks = Map.groupBy(await keysUnder(bucket, DUE), dayOfMark);
    const due = [...marks].filter(([day]) => now() >= endOf(day) + GRACE_MS);
    const hasFailed = ([day]: (typeof due)[number]) => Number(this.#failed.has(day));
    return due.toSorted((a, b) => hasFailed(a) - hasFailed(b));
  }

  async #report(day: string, marks: readonly string[], hasTime: () => boolean): Promise<void> {
    const { bucket, stage } = this.#parts;
    const { report, objects } = await countDay(bucket, day, { hasTime, outcomesMax: OUTCOMES_MAX });
    const edition = `${REPORTS}${day}/${String(objects).padStart(EDITION_DIGITS, '0')}`;
    await putObject(bucket, `${edition}.json`, JSON.stringify(report), 'application/json');
    await putObject(bucket, `${edition}.csv`, csvOf(report), 'text/csv; charset=utf-8');
    await putObject(bucket, `${edition}.html`, htmlOf(report, stage), 'text/html; charset=utf-8');
    await deleteObjects(bucket, marks);
  }
}

const dayOfMark = (key: string) => key.slice(DUE.length).split('/')[0] ?? '';

/** A mark that does not name a day is never due. */
const endOf = (day: string) => (startOfDay(day) ?? Number.POSITIVE_INFINITY) + DAY_MS;
