/**
 * The processes of one environment: a group that is stopped, continued and killed as a whole. It is
 * stopped for one or more reasons, and continues when none is left.
 */

/** `frozen`: it asked for the next event. `held`: its share of the processor is used up. */
type Reason = 'frozen' | 'held';

/** Windows has no signal that stops a process, so nothing is frozen there. */
const CAN_STOP = process.platform !== 'win32';

export class ProcessGroup {
  readonly #pid: number;
  readonly #reasons = new Set<Reason>();
  #killed = false;

  /** @param pid id of the group's leader; 0 for a process that could not be started */
  constructor(pid: number) {
    this.#pid = pid;
  }

  stopFor(reason: Reason): void {
    if (this.#reasons.size === 0 && CAN_STOP) this.#signal('SIGSTOP');
    this.#reasons.add(reason);
  }

  continueFrom(reason: Reason): void {
    if (!this.#reasons.delete(reason)) return;
    if (this.#reasons.size === 0 && CAN_STOP) this.#signal('SIGCONT');
  }

  /** Also kills a stopped group. */
  kill(): void {
    this.#signal('SIGKILL');
    this.#killed = true;
  }

  #signal(signal: NodeJS.Signals): void {
    // The id of a dead group may belong to another one by now.
    if (this.#pid === 0 || this.#killed) return;
    try {
      process.kill(-this.#pid, signal);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
}

/** macOS returns EPERM for a group of which only a zombie is left. */
function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ESRCH', 'EPERM'].includes(`${error.code}`);
}
