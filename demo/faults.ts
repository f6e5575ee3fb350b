/**
 * Component faults that repeat: the pipeline waits for them to end, and would seem to stand still without a
 * message.
 */
import type { LogLine } from '../packages/local-lambda/lambda/platform-log.ts';

/** A single fault is not reported: its message is tried again. */
const SAID_AT = [3, 30, 300, 3_000];

/** Reports each function's fault at the third time, and then more and more rarely. */
export function repeatedFaults(show: (line: string) => void): (line: LogLine) => void {
  const counts = new Map<string, number>();
  return ({ functionName, line }) => {
    if (!line.includes('"component fault"')) return;
    const fault = faultIn(line);
    if (fault === undefined) return;
    const what = `${functionName}: ${fault}`;
    const count = (counts.get(what) ?? 0) + 1;
    counts.set(what, count);
    if (SAID_AT.includes(count)) {
      show(
        `  ! component fault in ${what} (${count} times; its messages wait and are tried again)`,
      );
    }
  };
}

/** A log line has no value of a resource (R08). */
function faultIn(line: string): string | undefined {
  try {
    const { message, fault, code, reason } = JSON.parse(line);
    if (message !== 'component fault') return undefined;
    return [fault, code, reason].filter((part) => typeof part === 'string').join(': ');
  } catch {
    return undefined;
  }
}
