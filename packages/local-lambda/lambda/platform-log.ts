/**
 * The logs that CloudWatch Logs would have: a function's own lines and, between them, the
 * platform's JSON records of starts and ends. They report a death from outside of the dying
 * process.
 */
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { Outcome } from './outcome.ts';

export type PlatformEvent =
  | 'platform.initStart'
  | 'platform.initReport'
  | 'platform.start'
  | 'platform.runtimeDone'
  | 'platform.report';

/** One line of a function's log, with the origin that CloudWatch knows. */
export type LogLine = { functionName: string; logStream: string; line: string };

export type PlatformLog = {
  line(origin: Omit<LogLine, 'line'>, line: string): void;
  platform(origin: Omit<LogLine, 'line'>, type: PlatformEvent, record: object): void;
  /** Calls the listener for each line until the returned function is called. */
  listen(listener: (line: LogLine) => void): () => void;
  stop(): Promise<void>;
};

/** Writes `<directory>/<function>.log`, and calls its listeners for each line. */
export async function openPlatformLog(directory: string): Promise<PlatformLog> {
  await mkdir(directory, { recursive: true });
  const listeners = new Set<(line: LogLine) => void>();
  const files = new Map<string, WriteStream>();

  function fileOf(functionName: string): WriteStream {
    const known = files.get(functionName);
    if (known) return known;
    const file = createWriteStream(join(directory, `${functionName}.log`), { flags: 'a' });
    files.set(functionName, file);
    return file;
  }

  function line(origin: Omit<LogLine, 'line'>, text: string): void {
    fileOf(origin.functionName).write(`${text}\n`);
    for (const listener of listeners) listener({ ...origin, line: text });
  }

  return {
    line,
    platform(origin, type, record) {
      line(origin, JSON.stringify({ time: new Date().toISOString(), type, record }));
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async stop() {
      await Promise.all([...files.values()].map((file) => finished(file.end())));
    },
  };
}

/** The status of an outcome in a record. */
export function statusOf(outcome: Outcome): { status: string; errorType?: string } {
  if (outcome.status === 'success') return { status: 'success' };
  return { status: outcome.status, errorType: outcome.errorType };
}
