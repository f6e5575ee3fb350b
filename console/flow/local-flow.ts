/**
 * The flow next to `npm start`, from the metrics that functions print, which CloudWatch would take
 * from their logs. It listens from the start, because nobody keeps them for a page that is opened
 * later.
 */
import { reachRuntime } from '../../cli/local/ask.ts';
import { type LoggedLine, METRICS_PATH } from '../../packages/local-lambda/control.ts';
import { emfRecords } from '../../telemetry/emf-records.ts';
import type { Figure } from '../contract/figure.ts';
import type { FlowNews, FlowPoint } from '../contract/flow.ts';
import type { FlowReader } from '../reader/reader.ts';
import { troubleOf } from '../server/failure.ts';
import { FlowPoints } from './flow-points.ts';
import { QueueAges } from './queue-ages.ts';

const STEP_MS = 1_000;
const KEPT_MS = 10 * 60_000;
/** The age of a message with back-off is known each time that it is returned to the queue. */
const AGE_KEPT_MS = 60_000;

export class LocalFlow implements FlowReader {
  readonly ages = new QueueAges(AGE_KEPT_MS);
  readonly #points = new FlowPoints(STEP_MS, KEPT_MS);
  readonly #now: () => number;
  #listening: AbortController | undefined;
  #trouble: Figure<never>['trouble'];

  constructor(now: () => number) {
    this.#now = now;
    void this.#listen();
  }

  all(): FlowNews {
    return this.#news(this.#points.all(this.#now()));
  }

  async refresh(): Promise<FlowNews | undefined> {
    if (this.#listening === undefined) void this.#listen();
    const points = this.#points.changed();
    const hasNews = points.length > 0 || this.#trouble !== undefined;
    return hasNews ? this.#news(points) : undefined;
  }

  stop(): void {
    this.#listening?.abort();
  }

  /** Reads until it is stopped, or until the runtime ends. The next refresh starts it again. */
  async #listen(): Promise<void> {
    const mine = new AbortController();
    this.#listening = mine;
    try {
      const { body } = await reachRuntime('GET', METRICS_PATH, mine.signal);
      this.#trouble = undefined;
      for await (const line of linesOf(body)) this.#hear(JSON.parse(line));
    } catch (error) {
      if (!mine.signal.aborted) this.#trouble = { ...troubleOf(error), since: this.#now() };
    } finally {
      if (this.#listening === mine) this.#listening = undefined;
    }
  }

  #hear({ line }: LoggedLine): void {
    // No page may be open for days.
    this.#points.dropOld(this.#now());
    for (const record of emfRecords(line)) {
      const { queue } = record.dimensions;
      if (record.name === 'OldestAge' && queue !== undefined) {
        this.ages.report(queue, record.at, record.value * 1_000);
      } else this.#points.add(record);
    }
  }

  #news(points: readonly FlowPoint[]): FlowNews {
    const now = this.#now();
    const trouble = this.#trouble;
    const figure = { value: points, readAt: now, ...(trouble !== undefined && { trouble }) };
    return { now, stepMs: STEP_MS, keptMs: KEPT_MS, figure };
  }
}

async function* linesOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of (body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
