/** Whether a process exists. A zombie, which waits only for its parent, does not count. */
import { readFileSync } from 'node:fs';

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !isZombie(pid);
}

/** An orphan in a container without an init stays a zombie for ever. */
const isZombie = (pid: number) => hasState(pid, 'Z');

/** On Linux. */
export const isStopped = (pid: number) => hasState(pid, 'T');

function hasState(pid: number, state: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(`) ${state} `);
  } catch {
    return false;
  }
}
