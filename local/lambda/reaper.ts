import { spawn } from 'node:child_process';

/**
 * A shell that outlives us by a moment: when we die, even by SIGKILL, its standard input ends,
 * and it kills the environments it was told of last. An idle environment would notice by itself,
 * one in a busy loop never.
 */
const SCRIPT = `while read -r line; do pids=$line; done
for pid in $pids; do kill -9 "-$pid" 2>/dev/null; done`;

export type Reaper = {
  /** Tells of all process groups that are to die with us. */
  watch(pids: number[]): void;
  stop(): void;
};

/** Starts it in a group of its own, so that Ctrl-C in a terminal reaches only us. */
export function startReaper(): Reaper {
  const shell = spawn('/bin/sh', ['-c', SCRIPT], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: {},
  });
  shell.unref();
  // Were it killed, we would go on without; the pipe must not take us along.
  shell.stdin.on('error', () => {});
  return {
    watch: (pids) => void shell.stdin.write(`${pids.join(' ')}\n`),
    stop: () => void shell.stdin.end('\n'),
  };
}
