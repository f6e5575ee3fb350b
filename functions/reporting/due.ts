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
import { countDay } from './facts-of-day.ts';
import { csvOf } from './report-csv.ts';
import { htmlOf } from './report-html.ts';

/** Outcomes of a day's last minutes arrive a while later: a batch window, a retry. */
const GRACE_MS = 15 * 60_000;
const EDITION_DIGITS = 6;

interface Parts {
  readonly bucket: Bucket;
  readonly stage: string;
  readonly now: () => number;
}

export class DueReports {
  readonly #parts: Parts;
  /** Current days that this environment has marked. */
  readonly #goingOn = new Set<string>();

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

  /** Makes the oldest report that is due; returns its day, or undefined if none is. */
  async make(): Promise<string | undefined> {
    const { bucket, stage, now } = this.#parts;
    const marks = await keysUnder(bucket, DUE);
    const [day] = marks.map(dayOfMark).filter((one) => now() >= endOf(one) + GRACE_MS);
    if (day === undefined) return undefined;
    const { report, objects } = await countDay(bucket, day);
    const edition = `${REPORTS}${day}/${String(objects).padStart(EDITION_DIGITS, '0')}`;
    await putObject(bucket, `${edition}.json`, JSON.stringify(report), 'application/json');
    await putObject(bucket, `${edition}.csv`, csvOf(report), 'text/csv; charset=utf-8');
    await putObject(bucket, `${edition}.html`, htmlOf(report, stage), 'text/html; charset=utf-8');
    await deleteObjects(
      bucket,
      marks.filter((mark) => dayOfMark(mark) === day),
    );
    return day;
  }
}

const dayOfMark = (key: string) => key.slice(DUE.length).split('/')[0] ?? '';

/** A mark that does not name a day is never due. */
const endOf = (day: string) => (startOfDay(day) ?? Number.POSITIVE_INFINITY) + DAY_MS;
