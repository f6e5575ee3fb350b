/** What code says of a span, whoever records it. Nothing here may hold PHI: it leaves the account (R08). */
import type { Origin, TraceContext } from '../../core/message/messages.ts';

export type SpanValue = string | number | boolean;
export type SpanValues = Readonly<Record<string, SpanValue>>;

export interface SpanOptions {
  readonly name: string;
  readonly kind?: 'internal' | 'consumer' | 'producer' | 'client';
  /** Of a span that begins what is done for one message: which one, and what it brought. */
  readonly origin?: Pick<Origin, 'messageId' | 'trace'>;
  /** It is about many messages: theirs are linked to it, and are no part of its trace. */
  readonly batch?: boolean;
  readonly values?: SpanValues;
}

/** Records spans; the one that is going on is known by the asynchronous context. */
export interface Recorder {
  inSpan<T>(options: SpanOptions, work: () => Promise<T>): Promise<T>;
  /** Of the span that is going on. */
  say(values: SpanValues): void;
  event(name: string, values: SpanValues): void;
  /** What the next step is to be told; nothing where what goes on is about many messages. */
  current(): TraceContext | undefined;
  /** Sends what was recorded. Never rejects, and takes so long at most. */
  flush(mostMs: number): Promise<void>;
}

export interface RecorderOptions {
  /** Base URL of a collector that takes OTLP over HTTP. */
  readonly endpoint: string;
  /** Which share of the traces that begin with us is recorded, 0 to 1. */
  readonly ratio: number;
  /** The function, and its stack. */
  readonly service: string;
  readonly namespace: string;
  readonly now: () => number;
}
