/**
 * The one reader for all pages. It reads only while a page is open, no more for ten pages than for
 * one, and sends the same to all of them.
 */
import type { Machine } from '../../aws/machine.ts';
import type { Events, Hello } from '../contract/events.ts';
import type { FlowNews } from '../contract/flow.ts';
import type { Snapshot } from '../contract/snapshot.ts';
import type { Send } from '../server/event-stream.ts';
import type { FigureReader } from './figure-reader.ts';

type ValueOf<T> = T extends { readonly value?: infer V } ? Exclude<V, undefined> : never;
type Read = Required<Omit<Snapshot, 'now'>>;
type Figures = { readonly [Name in keyof Read]: FigureReader<ValueOf<Read[Name]>> };

/** Reads the flow. It is a series over time, so it is not a figure. */
export interface FlowReader {
  /** Everything that is known, for a new page. */
  all(): FlowNews;
  /** Points that are new since the last call. Undefined if there are none. */
  refresh(): Promise<FlowNews | undefined>;
}

export interface Reading {
  readonly hello: Omit<Hello, 'now'>;
  /** `local` is absent if there is no box of faults. */
  readonly figures: Omit<Figures, 'local'> & Partial<Pick<Figures, 'local'>>;
  readonly flow: FlowReader;
  /** The current runs. */
  readonly runs: () => Events['runs'];
  readonly machine: Pick<Machine, 'now' | 'later'>;
}

export class Reader {
  readonly #reading: Reading;
  readonly #lookers = new Set<Send>();
  #callOff: () => void = () => {};

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  /** Number of open pages. */
  get lookers(): number {
    return this.#lookers.size;
  }

  /** Sends everything that is known, then what is new, until the returned function is called. */
  look(send: Send): () => void {
    const { hello, flow, runs, machine } = this.#reading;
    send('hello', { ...hello, now: machine.now() });
    send('flow', flow.all());
    send('runs', runs());
    send('snapshot', this.#snapshot());
    this.#lookers.add(send);
    if (this.#lookers.size === 1) void this.#turn();
    return () => {
      if (!this.#lookers.delete(send) || this.#lookers.size > 0) return;
      this.#callOff();
    };
  }

  /** An act was performed. Reads everything at once that it may have changed. */
  expire(): void {
    for (const figure of this.#all()) figure.expire();
    if (this.#lookers.size === 0) return;
    this.#callOff();
    void this.#turn();
  }

  send<Name extends keyof Events>(event: Name, data: Events[Name]): void {
    for (const send of this.#lookers) send(event, data);
  }

  #all() {
    return Object.values(this.#reading.figures) as FigureReader<unknown>[];
  }

  /**
   * Sends a snapshot when all figures are read, or when the next one is due, whichever is first.
   */
  async #turn(): Promise<void> {
    const { flow, machine, hello } = this.#reading;
    const due = Promise.withResolvers<'due'>();
    this.#callOff = machine.later(hello.everyMs, () => {
      due.resolve('due');
      void this.#turn();
    });
    const read = Promise.all([
      ...this.#all().map((figure) => figure.refresh()),
      flow.refresh().then((news) => news && this.send('flow', news)),
    ]);
    await Promise.race([read, due.promise]);
    this.send('snapshot', this.#snapshot());
  }

  #snapshot(): Snapshot {
    const { figures, machine } = this.#reading;
    const { local, ...always } = figures;
    return {
      now: machine.now(),
      queues: always.queues.figure,
      environments: always.environments.figure,
      lanes: always.lanes.figure,
      tree: always.tree.figure,
      breakers: always.breakers.figure,
      incidents: always.incidents.figure,
      audit: always.audit.figure,
      ...(local !== undefined && { local: local.figure }),
    };
  }
}
