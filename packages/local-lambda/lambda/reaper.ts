import { type ChildProcess, spawn } from 'node:child_process';

/**
 * A shell that lives a moment longer than we do. When we die, even by SIGKILL, its standard input
 * ends, and it kills the environments in the last list that it got. They cannot exit themselves:
 * they are frozen, or in a busy loop.
 */
const SCRIPT = `while read -r line; do pids=$line; done
for pid in $pids; do kill -9 "-$pid" 2>/dev/null; done`;

export type Reaper = {
  /** Process id of the shell. */
  pid(): number | undefined;
  /** Updates the process groups that must die with us. */
  watch(pids: number[]): void;
  stop(): void;
};

/** Starts the shell, and another one if it is killed. */
export function startReaper(): Reaper {
  let watched = '';
  let stopped = false;
  let shell = start();

  function start(): ChildProcess {
    // In a group of its own, so that Ctrl-C in a terminal reaches only us.
    const child = spawn('/bin/sh', ['-c', SCRIPT], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: {},
    });
    child.unref();
    // Without a shell, only environments that outlive a SIGKILL of ours are left.
    child.once('error', () => {});
    // If the shell is killed, the broken pipe must not end us too.
    child.stdin.on('error', () => {});
    child.stdin.write(`${watched}\n`);
    child.once('exit', () => {
      if (!stopped) shell = start();
    });
    return child;
  }

  return {
    pid: () => shell.pid,
    watch(pids) {
      watched = pids.join(' ');
      shell.stdin?.write(`${watched}\n`);
    },
    stop() {
      stopped = true;
      shell.stdin?.end('\n');
    },
  };
}
