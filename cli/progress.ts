/** A progress line that redraws itself on a terminal; otherwise plain lines now and then. */
import { performance } from 'node:perf_hooks';

export interface Progress {
  /** Prints a line that stays, above the one that changes. */
  log(line: string): void;
  /** Clears the changing line and stops. */
  stop(): void;
}

const TERMINAL_EVERY_MS = 100;

/**
 * @param render returns the current line; called only when it is shown
 * @param plainEveryMs interval of the plain lines if `stream` is not a terminal
 */
export function showProgress(
  stream: NodeJS.WriteStream,
  render: () => string,
  plainEveryMs = 5_000,
): Progress {
  const terminal = stream.isTTY === true;
  const clear = () => terminal && stream.write('\r\u001b[K');
  const draw = () => {
    const line = render();
    if (terminal) stream.write(`\r\u001b[K${fitted(line, (stream.columns || 80) - 1)}`);
    else stream.write(`${line}\n`);
  };
  const timer = setInterval(draw, terminal ? TERMINAL_EVERY_MS : plainEveryMs);
  return {
    log: (line) => {
      clear();
      stream.write(`${line}\n`);
      if (terminal) draw();
    },
    stop: () => {
      clearInterval(timer);
      clear();
    },
  };
}

/** In a narrow terminal the bar is dropped before any number is. */
function fitted(line: string, columns: number): string {
  const shorter = line.length <= columns ? line : line.replace(/^\[[#-]+\] +/, '');
  return shorter.slice(0, columns);
}

/** `[##########----------] 50%`; an undefined total (standard input) gives no bar. */
export function bar(done: number, total: number | undefined): string {
  if (total === undefined || total === 0) return '';
  const width = 20;
  const share = Math.min(1, done / total);
  const filled = Math.floor(share * width);
  const percent = String(Math.floor(share * 100)).padStart(3);
  return `[${'#'.repeat(filled)}${'-'.repeat(width - filled)}] ${percent}%`;
}

/** Per second since it was made, as a whole number. */
export function rateMeter(now: () => number = () => performance.now()): (count: number) => number {
  const startedMs = now();
  return (count) => Math.round((count * 1000) / Math.max(1, now() - startedMs));
}
