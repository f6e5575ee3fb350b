/** One page that looks: what it is sent as server-sent events. https://html.spec.whatwg.org/multipage/server-sent-events.html */
import type { ServerResponse } from 'node:http';
import type { Machine } from '../../aws/machine.ts';
import type { Events } from '../contract/events.ts';

/** Sends one event; what a page has not taken yet is not sent twice. */
export type Send = <Name extends keyof Events>(event: Name, data: Events[Name]) => void;

/** A proxy or a tunnel may close what is silent for long. */
const COMMENT_EVERY_MS = 15_000;
/** A page that takes nothing is gone, or stopped: it asks again when it goes on. */
const UNTAKEN_BYTES_MAX = 8 * 1024 * 1024;

/**
 * Keeps the response open until whoever asked hangs up.
 * @param look begins to look; what it answers ends that
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
  // JSON has no line break outside of its strings, and escapes those inside.
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
