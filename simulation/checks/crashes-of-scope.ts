/**
 * The crashes of one scope: which of them an incident may have read, and which fill a window (R20). They are kept in
 * the order of their times, so that a question about a moment costs as much as there are crashes around it.
 */
import { Timeline } from './timeline.ts';

export const CRASHES = 10;
export const WINDOW_MS = 300_000;
/**
 * A failed init and the following death in the same environment are one crash (a lower bound is
 * kept).
 */
const SAME_DEATH_MS = 120_000;

export interface Crash {
  readonly id: string;
  readonly at: number;
  readonly environment: string | undefined;
  /** Number of resolved incidents of the scope when it was recorded, according to the item. */
  readonly over: number;
  /** The same number when the checker saw it. */
  readonly seenOver: number;
}

export interface Incident {
  readonly number: number;
  readonly status: string;
  readonly cause: string;
  readonly phase?: string;
  readonly resolved?: { readonly at: number; readonly quietSince?: number };
}

export const isGoingOn = (incident: Incident | undefined) =>
  incident !== undefined && incident.status !== 'resolved';

export class CrashesOfScope {
  /** Each crash once, at its earliest time. */
  readonly #crashes = new Map<string, Crash>();
  readonly #timeline = new Timeline<Crash>();
  readonly #byEnvironment = new Map<string, Timeline<Crash>>();
  /** All recorded crashes. A crash that was published with two times is there twice. */
  readonly #reports = new Timeline<Crash>();
  /** By crash: how many messages about it are in the incident's queue. */
  readonly #queued = new Map<string, number>();
  latest: Incident | undefined;
  /** Number of resolved incidents. */
  over = 0;

  get(id: string): Crash | undefined {
    return this.#crashes.get(id);
  }

  /** It may be published again, with another time. It is the same crash. */
  record({ id, at, environment, over }: Omit<Crash, 'seenOver'>): void {
    const known = this.#crashes.get(id);
    this.#reports.add({ id, at, environment, over, seenOver: this.over });
    const seenOver = Math.min(known?.seenOver ?? this.over, this.over);
    const crash = { id, at: Math.min(known?.at ?? at, at), environment, over, seenOver };
    if (known !== undefined) for (const each of this.#timelinesOf(known)) each.remove(known);
    for (const each of this.#timelinesOf(crash)) each.add(crash);
    this.#crashes.set(id, crash);
  }

  /** Another message about it is in the queue, or one less. */
  queued(id: string, more: 1 | -1): void {
    const messages = (this.#queued.get(id) ?? 0) + more;
    if (messages > 0) this.#queued.set(id, messages);
    else this.#queued.delete(id);
  }

  /** The crash that completes a window of crashes which may open an incident: the latest resolution has not read them. */
  maybeFull(): Crash | undefined {
    const { latest } = this;
    return fullWindow(this.#reports.all.filter((crash) => !isRead(crash, crash.over, latest)));
  }

  /** Whether a message about any of them is in the incident's queue. */
  get isQueued(): boolean {
    return this.#queued.size > 0;
  }

  /**
   * The crash that completes a window of crashes which must open one, by what the checker saw and not by the items. Of
   * two that may be one death, one counts. Undefined while an incident goes on.
   */
  surelyFull(crashes = this.#timeline.all): Crash | undefined {
    if (crashes.length < CRASHES || isGoingOn(this.latest)) return undefined;
    return fullWindow(crashes.filter((crash) => this.#isSurelyUnspent(crash)));
  }

  /**
   * The same of crashes whose messages are gone, and those about another report of the same death: that one may be recorded
   * as of before the resolution, until its own message comes again. Those within a window of a moment, or all.
   */
  handledFull(at?: number): Crash | undefined {
    const around =
      at === undefined
        ? this.#timeline.all
        : this.#timeline.between(at - WINDOW_MS, at + WINDOW_MS);
    if (around.length < CRASHES || isGoingOn(this.latest)) return undefined;
    return this.surelyFull(around.filter((crash) => !this.#isQueued(crash)));
  }

  #isQueued({ id, environment, at }: Crash): boolean {
    if (this.#queued.has(id)) return true;
    if (environment === undefined) return false;
    const same = this.#byEnvironment.get(environment);
    const around = same?.between(at - SAME_DEATH_MS, at + SAME_DEATH_MS) ?? [];
    return around.some((other) => this.#queued.has(other.id));
  }

  #isSurelyUnspent(crash: Crash): boolean {
    if (isRead(crash, crash.seenOver, this.latest)) return false;
    const { environment, at } = crash;
    if (environment === undefined) return true;
    const former = this.#byEnvironment.get(environment)?.before(crash);
    return former === undefined || at - former.at > SAME_DEATH_MS;
  }

  #timelinesOf({ environment }: Crash): readonly Timeline<Crash>[] {
    if (environment === undefined) return [this.#timeline];
    const own = this.#byEnvironment.get(environment) ?? new Timeline<Crash>();
    this.#byEnvironment.set(environment, own);
    return [this.#timeline, own];
  }
}

/**
 * Whether the latest resolution has read it. A quiet one has read up to the start of its quiet
 * period.
 */
function isRead({ at }: Crash, over: number, latest: Incident | undefined): boolean {
  if (latest?.resolved === undefined || over >= latest.number) return false;
  const { quietSince } = latest.resolved;
  return quietSince === undefined || at <= quietSince;
}

/**
 * The crash that completes a window (t − 5 min, t] of enough crashes, in the order of their times. Undefined if no
 * window is full.
 */
function fullWindow(sorted: readonly Crash[]): Crash | undefined {
  const within = new Map<string, number>();
  let oldest = 0;
  return sorted.find((crash) => {
    for (; crash.at - (sorted[oldest]?.at ?? 0) >= WINDOW_MS; oldest += 1) {
      const { id } = sorted[oldest] as Crash;
      const left = (within.get(id) ?? 1) - 1;
      if (left === 0) within.delete(id);
      else within.set(id, left);
    }
    within.set(crash.id, (within.get(crash.id) ?? 0) + 1);
    return within.size >= CRASHES;
  });
}
