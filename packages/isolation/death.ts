/** How a text can kill its process. */
export type CrashKind = 'exception' | 'timeout' | 'out-of-memory' | 'exit';

/** How a worker died, or what its work threw, described without quoting the text. */
export interface Death {
  readonly crash: CrashKind;
  readonly reason: string;
}

const REASON_CHARACTERS_MAX = 1_000;
const FRAMES_MAX = 5;

/** Node's own, such as that a module was not found: the second form is that of a worker's own module. */
const NODES_CODE = /^(?:ERR_[A-Z0-9_]+|MODULE_NOT_FOUND)$/;

/**
 * Describes what was thrown. The message is left out, because it may quote the resource; name, Node's code
 * and stack frames are enough for a developer.
 */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return `threw a ${typeof error}`;
  const frames = afterMessage(error)
    .split('\n')
    .filter((line) => /^\s+at /.test(line) && !line.includes('node:'))
    .slice(0, FRAMES_MAX)
    .map((line) => line.trim().replaceAll(/(?:file:\/\/)?\/\S*\//g, ''));
  const code = 'code' in error && NODES_CODE.test(String(error.code)) ? [`(${error.code})`] : [];
  return [error.name, ...code, ...frames].join(' ').slice(0, REASON_CHARACTERS_MAX);
}

/**
 * The stack without the message, because lines of the message may look like frames. Empty if the
 * stack does not contain the message.
 */
function afterMessage({ stack = '', message }: Error): string {
  const start = stack.indexOf(message);
  return start === -1 ? '' : stack.slice(start + message.length);
}

/** Describes the death that an `error` event of a worker thread reports. */
export function deathByError(error: unknown): Death {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? { crash: 'out-of-memory', reason: 'the heap of its worker was exhausted' }
    : { crash: 'exception', reason: describeError(error) };
}

export function deathByExit(exitCode: number): Death {
  return { crash: 'exit', reason: `its worker exited with code ${exitCode}` };
}

export function deathByCpu(maxMs: number): Death {
  return { crash: 'timeout', reason: `no verdict within ${maxMs} ms of processor time` };
}

export function deathByDeadline(deadlineMs: number): Death {
  return { crash: 'timeout', reason: `no verdict within ${deadlineMs} ms` };
}
