import { OUT_OF_TIME, type Outcome } from './outcome.ts';
import { settle, type Task } from './task.ts';

const CHUNK_TEXTS_MAX = 50;
/** Limited, because a worker holds all texts of its chunk in memory. */
const CHUNK_CHARACTERS_MAX = 1024 * 1024;

/**
 * All texts without an outcome. Waiting texts are in one of two queues, by size: workers take the small ones
 * in chunks.
 */
export class ChunkQueue<R> {
  readonly #largeCharacters: number;
  /** All of them, waiting or running. */
  readonly #open = new Set<Task<R>>();
  #small: Task<R>[] = [];
  #large: Task<R>[] = [];

  /** Texts with more characters wait in a separate queue. */
  constructor(largeCharacters: number) {
    this.#largeCharacters = largeCharacters;
  }

  get smallCount(): number {
    return this.#small.length;
  }

  ask(asked: Omit<Task<R>, 'settle' | 'settled'>): Promise<Outcome<R>> {
    const { promise, resolve } = Promise.withResolvers<Outcome<R>>();
    const task: Task<R> = {
      ...asked,
      settled: false,
      settle: (outcome) => {
        this.#open.delete(task);
        resolve(outcome);
      },
    };
    this.#open.add(task);
    if (this.#isLarge(task)) this.#large.push(task);
    else this.#small.push(task);
    return promise;
  }

  /** Puts texts that were taken back to the front of the queue. */
  giveBack(tasks: readonly Task<R>[]): void {
    this.#small.unshift(...tasks.filter((task) => !this.#isLarge(task)));
    this.#large.unshift(...tasks.filter((task) => this.#isLarge(task)));
  }

  /**
   * Takes a worker's share of the small texts: at least one, and not more than fit into a chunk.
   */
  takeChunk(share: number): Task<R>[] {
    let characters = 0;
    const most = this.#small.slice(0, Math.min(share, CHUNK_TEXTS_MAX));
    const fitting = most.findIndex((task, position) => {
      characters += task.text.length;
      return position > 0 && characters > CHUNK_CHARACTERS_MAX;
    });
    return this.#small.splice(0, fitting === -1 ? most.length : fitting);
  }

  takeLarge(): Task<R> | undefined {
    return this.#large.shift();
  }

  /** Settles all waiting texts. */
  giveUp(outcome: Outcome<R>): void {
    for (const task of [...this.#small.splice(0), ...this.#large.splice(0)]) {
      settle(task, outcome);
    }
  }

  /** Settles the texts whose time is up, waiting or running, and returns them. */
  end(isOver: (task: Task<R>) => boolean): ReadonlySet<Task<R>> {
    const over = new Set([...this.#open].filter(isOver));
    for (const task of over) settle(task, OUT_OF_TIME);
    this.#small = this.#small.filter((task) => !task.settled);
    this.#large = this.#large.filter((task) => !task.settled);
    return over;
  }

  #isLarge({ text }: Task<R>): boolean {
    return text.length > this.#largeCharacters;
  }
}
