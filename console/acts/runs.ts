/** Acts that take a while: started, watched, stopped. They are kept as long as the server runs. */
import type { Run } from '../contract/runs.ts';
import { Failure, faultOf } from '../server/failure.ts';

const KEPT_MAX = 20;

type Fields<R extends Run> = Omit<R, 'id' | 'startedAt' | 'state' | 'done' | 'endedAt' | 'trouble'>;

/** The progress that an act reports while it runs. */
export interface Course<R extends Run> {
  readonly signal: AbortSignal;
  /** Reports how far the act is. */
  report(fields: Partial<R>): void;
}

interface Kept {
  run: Run;
  readonly stopping: AbortController;
  ended: Promise<void>;
}

export class Runs {
  readonly #kept: Kept[] = [];
  readonly #now: () => number;
  readonly #changed: () => void;

  /** @param changed called whenever a run has changed */
  constructor(now: () => number, changed: () => void) {
    this.#now = now;
    this.#changed = changed;
  }

  /** Newest first. */
  all(): Run[] {
    return this.#kept.map(({ run }) => run);
  }

  /** Starts an act. @param perform returns the fields that are known at its end */
  begin<R extends Run>(
    fields: Fields<R>,
    perform: (course: Course<R>) => Promise<Partial<R>>,
  ): Run {
    const id = crypto.randomUUID();
    const startedAt = this.#now();
    const run = { ...fields, id, startedAt, state: 'running', done: 0 } as unknown as R;
    const stopping = new AbortController();
    const kept: Kept = { run, stopping, ended: Promise.resolve() };
    const course: Course<R> = {
      signal: stopping.signal,
      report: (news) => this.#change(kept, news as Partial<Run>),
    };
    this.#kept.unshift(kept);
    this.#forgetOld();
    kept.ended = this.#follow(kept, () => perform(course) as Promise<Partial<Run>>);
    this.#changed();
    return kept.run;
  }

  /** Stops an act. It finishes the entry that it is at. @throws Failure */
  stop(id: string): Run {
    const kept = this.#kept.find(({ run }) => run.id === id);
    if (kept === undefined) throw new Failure('not-found', 'there is no such run');
    if (kept.run.state === 'running') {
      this.#change(kept, { state: 'stopping' });
      kept.stopping.abort();
    }
    return kept.run;
  }

  /** The run of one of these kinds that has not ended. */
  going(...kinds: readonly Run['kind'][]): Run | undefined {
    return this.all().find(({ kind, endedAt }) => kinds.includes(kind) && endedAt === undefined);
  }

  /** Stops all acts and waits for them. */
  async end(): Promise<void> {
    for (const { run } of this.#kept) this.stop(run.id);
    await Promise.all(this.#kept.map(({ ended }) => ended));
  }

  async #follow(kept: Kept, perform: () => Promise<Partial<Run>>): Promise<void> {
    try {
      const last = await perform();
      const state = kept.stopping.signal.aborted ? 'stopped' : 'done';
      this.#change(kept, { state, ...last, endedAt: this.#now() } as Partial<Run>);
    } catch (error) {
      const trouble = faultOf(error).message;
      this.#change(kept, { state: 'failed', trouble, endedAt: this.#now() });
    }
  }

  #change(kept: Kept, news: Partial<Run>): void {
    kept.run = { ...kept.run, ...news } as Run;
    this.#changed();
  }

  #forgetOld(): void {
    const over = this.#kept.findLastIndex(({ run }) => run.endedAt !== undefined);
    if (this.#kept.length > KEPT_MAX && over > 0) this.#kept.splice(over, 1);
  }
}
