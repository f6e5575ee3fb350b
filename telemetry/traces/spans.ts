/**
 * The interface of spans, whatever records them. Nothing here may hold PHI: it leaves the account (R08).
 */
import type { Origin, TraceContext } from '../../core/message/messages.ts';

export type SpanValue = string | number | boolean;
export type SpanValues = Readonly<Record<string, SpanValue>>;

export interface SpanOptions {
  readonly name: string;
  readonly kind?: 'internal' | 'consumer' | 'producer' | 'client';
  /** Only for a span that begins the work on one message: which message, and its context. */
  readonly origin?: Pick<Origin, 'messageId' | 'trace'>;
  /**
   * The span is about many messages. Their spans are linked to it, and are not part of its trace.
   */
  readonly batch?: boolean;
  readonly values?: SpanValues;
}

/** Records spans; the asynchronous context holds the current one. */
export interface Recorder {
  inSpan<T>(options: SpanOptions, work: () => Promise<T>): Promise<T>;
  /** The current span. */
  say(values: SpanValues): void;
  event(name: string, values: SpanValues): void;
  /** What the next step gets; undefined if the current work is about many messages. */
  current(): TraceContext | undefined;
  /** Sends what was recorded. Never rejects, and takes at most this long. */
  flush(mostMs: number): Promise<void>;
}

export interface RecorderOptions {
  /** Base URL of a collector that takes OTLP over HTTP. */
  readonly endpoint: string;
  /** The share of the traces that begin with us that is recorded, 0 to 1. */
  readonly ratio: number;
  /** The function, and its stack. */
  readonly service: string;
  readonly namespace: string;
  readonly now: () => number;
  /** Runs something once after this many ms. Returns a function that cancels it. */
  readonly later: (ms: number, run: () => void) => () => void;
}
