/**
 * Server-sent events for one open page.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
import type { ServerResponse } from 'node:http';
import type { Machine } from '../../aws/machine.ts';
import type { Events } from '../contract/events.ts';

/** Sends one event. Drops it while the page has not received the same event before. */
export type Send = <Name extends keyof Events>(event: Name, data: Events[Name]) => void;

/** Proxies and tunnels may close a silent connection. */
const COMMENT_EVERY_MS = 15_000;
/** A page that receives nothing is gone or stopped. It connects again when it goes on. */
const UNTAKEN_BYTES_MAX = 8 * 1024 * 1024;

/**
 * Keeps the response open until the client disconnects.
 * @param look starts to send; the function that it returns ends that
 */
export function streamEvents(
  response: ServerResponse,
  look: (send: Send) => () => void,
  later: Machine['later'],
): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  const write = (text: string) => {
    if (response.writableLength > UNTAKEN_BYTES_MAX) response.destroy();
    else response.write(text);
  };
  write(': begins\n\n');
  // JSON has no line breaks outside of strings, and escapes those inside.
  const end = look((event, data) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
  let callOff = () => {};
  const comment = () => {
    callOff = later(COMMENT_EVERY_MS, () => {
      write(': still here\n\n');
      comment();
    });
  };
  comment();
  response.on('close', () => {
    callOff();
    end();
  });
}
