/** Processor time of a local run, by who spent it. Environments are read from /proc, so only on Linux. */
import { readFileSync } from 'node:fs';
import type { Runtime } from '../../packages/local-lambda/runtime.ts';

/** What an environment spends between its last reading and its death is not counted. */
const SAMPLE_MS = 50;
/** Of the kernel's clock in /proc, which is the same on all of its platforms. */
const TICK_MS = 10;

/** In ms. */
export interface Spent {
  /** This process, with the emulators, the pollers and whoever submits. */
  readonly own: number;
  readonly validate: number;
  readonly others: number;
}

export class ProcessorTime {
  readonly #environments: Runtime['environments'];
  readonly #byPid = new Map<number, { readonly validates: boolean; ms: number }>();
  readonly #timer: NodeJS.Timeout;

  constructor(environments: Runtime['environments']) {
    this.#environments = environments;
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
  }

  /** Since the start. */
  read(): Spent {
    this.#sample();
    const { user, system } = process.cpuUsage();
    const all = [...this.#byPid.values()];
    const sum = (validates: boolean) =>
      all.filter((each) => each.validates === validates).reduce((ms, each) => ms + each.ms, 0);
    return { own: (user + system) / 1_000, validate: sum(true), others: sum(false) };
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #sample(): void {
    for (const { functionName, pid } of this.#environments()) {
      const ms = spentBy(pid);
      if (ms === undefined) continue;
      this.#byPid.set(pid, { validates: functionName.includes('-validate-'), ms });
    }
  }
}

/** With its children that have ended. Undefined if it has ended itself. */
function spentBy(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is a name in brackets, which may contain spaces.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).map(Number);
    return ticks.reduce((sum, each) => sum + each, 0) * TICK_MS;
  } catch {
    return undefined;
  }
}

export function minus(after: Spent, before: Spent): Spent {
  return {
    own: after.own - before.own,
    validate: after.validate - before.validate,
    others: after.others - before.others,
  };
}
