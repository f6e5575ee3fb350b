/**
 * Keeps the event stream open while the page is visible. A page in the background ends its stream,
 * so that nothing is read without a viewer. If the stream breaks, it is opened again: first after a
 * second, later every ten seconds.
 */
import type { Events } from '../../contract/events.ts';
import { ROUTES } from '../../contract/routes.ts';
import { eventReader } from '../model/event-lines.ts';
import { failureOf, send } from './requests.ts';

export type News = {
  [Name in keyof Events]: { readonly name: Name; readonly data: Events[Name] };
}[keyof Events];

export interface Listener {
  readonly news: (news: News) => void;
  /** The stream ended, or did not start. `token`: trying again does not help. */
  readonly lost: (kind: string, message: string) => void;
  readonly hidden: () => void;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 10_000;

export function keepListening(listener: Listener): void {
  let stopping = new AbortController();
  const restart = () => {
    stopping.abort();
    stopping = new AbortController();
    if (document.hidden) listener.hidden();
    else void listen(listener, stopping.signal);
  };
  document.addEventListener('visibilitychange', restart);
  restart();
}

async function listen(listener: Listener, signal: AbortSignal): Promise<void> {
  for (
    let waitMs = FIRST_WAIT_MS;
    !signal.aborted;
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)
  ) {
    const response = await send(ROUTES.events, { signal });
    if (signal.aborted) return;
    if (response?.ok && response.body !== null) {
      waitMs = FIRST_WAIT_MS;
      await readAll(response.body, listener).catch(() => {});
      if (!signal.aborted) listener.lost('offline', 'the connection ended');
    } else if (response === undefined) {
      listener.lost('offline', 'the console’s server does not answer');
    } else {
      const { kind, message } = await failureOf(response);
      listener.lost(kind, message);
      if (kind === 'token') return;
    }
    await pause(waitMs, signal);
  }
}

async function readAll(body: ReadableStream<Uint8Array>, listener: Listener): Promise<void> {
  const read = eventReader();
  const decoder = new TextDecoder();
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    for (const { name, data } of read(decoder.decode(value, { stream: true })))
      listener.news({ name, data: JSON.parse(data) } as News);
  }
}

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
