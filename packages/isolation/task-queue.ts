import type { Judgement } from './pool.ts';
import { OUT_OF_TIME, settle, type Task } from './task.ts';

const CHUNK_TEXTS_MAX = 50;
/** A worker holds all texts of its chunk. */
const CHUNK_CHARACTERS_MAX = 1024 * 1024;

/** All that has no judgement yet. What waits is in one of two queues, by its size. */
export class TaskQueue {
  readonly #largeCharacters: number;
  /** Wherever it is on its way. */
  readonly #open = new Set<Task>();
  #small: Task[] = [];
  #large: Task[] = [];

  /** Texts of more characters than that wait in a queue of their own. */
  constructor(largeCharacters: number) {
    this.#largeCharacters = largeCharacters;
  }

  get smallCount(): number {
    return this.#small.length;
  }

  ask(asked: Omit<Task, 'settle' | 'settled'>): Promise<Judgement> {
    const { promise, resolve } = Promise.withResolvers<Judgement>();
    const task: Task = {
      ...asked,
      settled: false,
      settle: (judgement) => {
        this.#open.delete(task);
        resolve(judgement);
      },
    };
    this.#open.add(task);
    if (this.#isLarge(task)) this.#large.push(task);
    else this.#small.push(task);
    return promise;
  }

  /** They were taken, and wait once more, before all others. */
  giveBack(tasks: readonly Task[]): void {
    this.#small.unshift(...tasks.filter((task) => !this.#isLarge(task)));
    this.#large.unshift(...tasks.filter((task) => this.#isLarge(task)));
  }

  /** Takes a worker's share of the small ones: at least one, and no more than travels well. */
  takeChunk(share: number): Task[] {
    let characters = 0;
    const most = this.#small.slice(0, Math.min(share, CHUNK_TEXTS_MAX));
    const fitting = most.findIndex((task, position) => {
      characters += task.text.length;
      return position > 0 && characters > CHUNK_CHARACTERS_MAX;
    });
    return this.#small.splice(0, fitting === -1 ? most.length : fitting);
  }

  takeLarge(): Task | undefined {
    return this.#large.shift();
  }

  /** Settles all that wait. */
  giveUp(judgement: Judgement): void {
    for (const task of [...this.#small.splice(0), ...this.#large.splice(0)]) {
      settle(task, judgement);
    }
  }

  /** Settles those whose time is up, waiting or not, and says which they were. */
  end(isOver: (task: Task) => boolean): ReadonlySet<Task> {
    const over = new Set([...this.#open].filter(isOver));
    for (const task of over) settle(task, OUT_OF_TIME);
    this.#small = this.#small.filter((task) => !task.settled);
    this.#large = this.#large.filter((task) => !task.settled);
    return over;
  }

  #isLarge({ text }: Task): boolean {
    return text.length > this.#largeCharacters;
  }
}
