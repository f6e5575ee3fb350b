/**
 * Redrives or discards all entries that match. Counts them first. The page can watch and stop the
 * run.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { actOn } from '../../cli/quarantine/act.ts';
import { discard } from '../../cli/quarantine/discard.ts';
import { redrive } from '../../cli/quarantine/redrive.ts';
import type { QuarantineStage } from '../../cli/quarantine/stage.ts';
import { endingsOf } from '../../cli/quarantine/wait-for-endings.ts';
import type { Counts } from '../../cli/quarantine/work-through.ts';
import { waitFor } from '../../cli/wait-for.ts';
import type { Aftermath, SentAs } from '../../core/message/redrive.ts';
import type { CliWords } from '../cli-words.ts';
import type { BulkKind, BulkRequest, Counted, CountRequest } from '../contract/acts.ts';
import type { BulkRun, Run } from '../contract/runs.ts';
import { Failure } from '../server/failure.ts';
import { parsed, reasonSchema } from '../views/query.ts';
import type { Course, Runs } from './runs.ts';
import { countSelected, DONE, optionsOf, selectedSchema, selectionOf } from './selected.ts';

const kind = z.enum(['redrive', 'discard'] satisfies BulkKind[]);
const countSchema = z.strictObject({ kind, selected: selectedSchema });
const bulkSchema = countSchema.extend({
  before: z.int().nonnegative(),
  count: z.int().positive(),
  rate: z.int().min(1).max(1_000),
  reason: reasonSchema,
});

/** An act needs a count that is not older. */
const COUNT_GOOD_MS = 15 * 60_000;
const COUNTS_MAX = 50;
const FAILURES_MAX = 20;
/** For how long the endings of redriven messages are watched. */
const WATCH_MS = 60_000;

export interface Acting {
  readonly name: string;
  readonly by: string;
  readonly open: () => Promise<QuarantineStage>;
  readonly runs: Runs;
  readonly cli: CliWords;
  readonly now: () => number;
}

export class Bulk {
  readonly #acting: Acting;
  /** The counts that were shown, by what was counted. */
  readonly #shown = new Map<string, number>();

  constructor(acting: Acting) {
    this.#acting = acting;
  }

  async count(body: unknown): Promise<Counted> {
    const asked: CountRequest = parsed(countSchema, body);
    const before = this.#acting.now();
    const stage = await this.#acting.open();
    const counts = await countSelected(stage, asked.kind, asked.selected, before);
    const count = (counts[DONE[asked.kind]] ?? 0) + (counts['finished'] ?? 0);
    this.#shown.set(keyOf(asked, before), count);
    for (const key of [...this.#shown.keys()].slice(0, -COUNTS_MAX)) this.#shown.delete(key);
    return { counts, count, before, commandLine: this.#commandLine(asked, before) };
  }

  /** @throws Failure if no such count was shown, or if another act is running */
  begin(body: unknown): Run {
    const asked: BulkRequest = parsed(bulkSchema, body);
    const { runs, by, now } = this.#acting;
    const shown = this.#shown.get(keyOf(asked, asked.before));
    if (shown !== asked.count || now() - asked.before > COUNT_GOOD_MS) {
      throw new Failure(
        'refused',
        'count first: the last count was for another selection, or is too old',
      );
    }
    if (runs.going('redrive', 'discard') !== undefined) {
      throw new Failure('refused', 'another act is running: wait for it, or stop it');
    }
    const reason = asked.reason.trim();
    const { selected, before, rate, count: total } = asked;
    const about = { kind: asked.kind, selected, before, rate, total, by, reason };
    const commandLine = this.#commandLine(asked, before, reason);
    return runs.begin<BulkRun>({ ...about, commandLine, counts: {}, failures: [] }, (course) =>
      this.#perform({ ...asked, reason }, course),
    );
  }

  async #perform(asked: BulkRequest, course: Course<BulkRun>): Promise<Partial<BulkRun>> {
    const { name, by, open } = this.#acting;
    const stage = await open();
    const { selection, only } = selectionOf(asked.selected);
    const { before, rate, reason: why } = asked;
    const said = { before, by, why, only };
    const seen = watched(course);
    const options = { ...said, rate, dryRun: false, signal: course.signal, onEnded: seen.onEnded };
    const perform = (): Promise<Counts<string>> =>
      asked.kind === 'redrive'
        ? redrive(stage, selection, { ...options, onFailed: seen.onFailed, onSent: seen.onSent })
        : discard(stage, selection, options);
    const counts = await actOn(name, { ...said, kind: asked.kind, selection }, perform);
    // Set before the watching starts: stopping the watching does not stop the act itself.
    const state = course.signal.aborted ? 'stopped' : 'done';
    course.report({ counts: known(counts) });
    if (asked.kind === 'discard') return { state };
    return { state, aftermath: await whatBecame(stage, seen.sent, course) };
  }

  #commandLine({ kind: act, selected }: CountRequest, before: number, reason = 'why'): string {
    const until = ['--before', new Date(before).toISOString()];
    const options = [...optionsOf(selected), ...until, '--reason', reason];
    return this.#acting.cli('quarantine', act, ...options);
  }
}

const keyOf = ({ kind: act, selected }: CountRequest, before: number) =>
  JSON.stringify([act, selected, before]);

/** Counts the endings of redriven messages and reports them. */
function watched(course: Course<BulkRun>) {
  const counts: Record<string, number> = {};
  const failures: { id: string; reason: string }[] = [];
  const sent = new Map<string, SentAs>();
  let done = 0;
  return {
    sent,
    onEnded: (ending: string) => {
      counts[ending] = (counts[ending] ?? 0) + 1;
      done += 1;
      course.report({ done, counts: { ...counts } });
    },
    onFailed: (id: string, reason: string) => {
      if (failures.length === FAILURES_MAX) return;
      failures.push({ id, reason });
      course.report({ failures: [...failures] });
    },
    onSent: (id: string, as: SentAs) => void sent.set(id, as),
  };
}

const known = (counts: Counts<string>): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).map(([ending, count = 0]) => [ending, count]));

async function whatBecame(
  { quarantineTable }: QuarantineStage,
  sent: ReadonlyMap<string, SentAs>,
  course: Course<BulkRun>,
): Promise<Record<string, number>> {
  const ended = new Map<string, Aftermath>();
  const counted = () => {
    const counts: Record<string, number> = {};
    for (const ending of ended.values()) counts[ending] = (counts[ending] ?? 0) + 1;
    const waiting = sent.size - ended.size;
    return { ...counts, ...(waiting > 0 && { 'still waiting': waiting }) };
  };
  const look = async (ids: readonly string[]) => {
    const found = await endingsOf(quarantineTable, ids, sent);
    for (const [id, ending] of found) ended.set(id, ending);
    return found;
  };
  await waitFor([...sent.keys()], look, {
    timeoutMs: WATCH_MS,
    ...{ now: Date.now, wait, signal: course.signal },
    onLook: () => course.report({ aftermath: counted() }),
  });
  return counted();
}
