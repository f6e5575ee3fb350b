/**
 * Virtual time. Code in a simulation waits only for services and timers, and both end by an event
 * of this scheduler. It takes the next event, runs all code that the event woke, and only then
 * takes the following one. So a seed decides the order of events, and the machine's clock is never
 * read.
 */
import assert from 'node:assert/strict';
import { setImmediate as afterMicrotasks } from 'node:timers';
import { type Event, EventHeap } from './event-heap.ts';
import { EventLog } from './event-log.ts';
import { Random } from './random.ts';

/** 2026-01-01T00:00:00Z, where each run begins. */
const EPOCH_MS = 1_767_225_600_000;
/**
 * So many immediates are queued at once. Node runs all code that one woke before it takes the next, and
 * a turn of its event loop, which costs more than an event, only when all have been taken.
 */
const IMMEDIATES = 256;

export class Scheduler {
  readonly random: Random;
  readonly log: EventLog;
  readonly startedAt = EPOCH_MS;
  readonly #heap = new EventHeap();
  #now = EPOCH_MS;
  #number = 0;
  #hasWoken = false;
  #fault: unknown;

  constructor(seed: number, log = new EventLog()) {
    this.random = new Random(seed);
    this.log = log;
  }

  /** Epoch ms. */
  get now(): number {
    return this.#now;
  }

  /** Number of events so far, including those that wait. */
  get count(): number {
    return this.#number;
  }

  after(ms: number, act: () => void): Event {
    assert(ms >= 0, `nothing can happen ${-ms} ms ago`);
    this.#number += 1;
    const event = { at: this.#now + ms, number: this.#number, act };
    this.#heap.push(event);
    return event;
  }

  /**
   * Called by an event that woke code at an await: that code must come to rest before the next
   * event.
   */
  woke(): void {
    this.#hasWoken = true;
  }

  /** Adds a line to the run's log. */
  note(what: string): void {
    this.log.write(`${this.#now - EPOCH_MS} ${what}`);
  }

  /** Ends the run: a rule does not hold, or the simulation has a fault. */
  fail(fault: unknown): void {
    this.#fault ??= fault;
  }

  /**
   * Runs until `isOver` is true, which is checked after each event, or until there are no events,
   * or the next one is later than `until`. Returns whether `isOver` was true.
   * @throws the fault that `fail` got
   */
  run(isOver: () => boolean, until = Number.POSITIVE_INFINITY): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    let queued = 0;
    let hasEnded = false;
    const goOn = () => {
      queued -= 1;
      if (hasEnded) return;
      try {
        const wasOver = this.#runUntilWoken(isOver, until);
        hasEnded = wasOver !== undefined;
        if (hasEnded) resolve(wasOver === true);
        else if (queued === 0) queue();
      } catch (fault) {
        hasEnded = true;
        reject(fault);
      }
    };
    const queue = () => {
      for (; queued < IMMEDIATES; queued += 1) afterMicrotasks(goOn);
    };
    queue();
    return promise;
  }

  /** Until an event has woken code: undefined. Otherwise as `run` answers. */
  #runUntilWoken(isOver: () => boolean, until: number): boolean | undefined {
    this.#hasWoken = false;
    while (!this.#hasWoken) {
      if (this.#fault !== undefined) throw this.#fault;
      if (isOver()) return true;
      const { next } = this.#heap;
      if (next === undefined || next.at > until) return false;
      this.#heap.pop();
      this.#now = next.at;
      next.act?.();
    }
    return undefined;
  }
}
