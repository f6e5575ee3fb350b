/**
 * How many resources a second of processor time (all threads of the process), so that other load on the
 * machine counts little.
 *
 * Each group is run several times before the next one. All of them together are 10 MB once they are
 * parsed, which is more than the processor's own caches hold: run one after the other they measured
 * where in memory they were and what else ran on the machine, and gave 110,000 or 240,000 for the same code. A
 * resource that was parsed just now is in these caches.
 */
const WARM_MS = 1000;
const ROUND_MS = 500;
const ROUNDS = 5;
const GROUP = 50;
const TIMES = 10;

/** The best of several rounds. */
export function rateOf(run: (input: unknown) => unknown, inputs: readonly unknown[]): number {
  const groups = Array.from({ length: Math.ceil(inputs.length / GROUP) }, (_, i) =>
    inputs.slice(i * GROUP, (i + 1) * GROUP),
  );
  const round = (ms: number): number => {
    const started = processorMs();
    let done = 0;
    do {
      for (const group of groups) {
        for (let i = 0; i < TIMES; i++) for (const each of group) run(each);
      }
      done += inputs.length * TIMES;
    } while (processorMs() - started < ms);
    return (done * 1000) / (processorMs() - started);
  };
  round(WARM_MS);
  return Math.max(...Array.from({ length: ROUNDS }, () => round(ROUND_MS)));
}

/** Of all threads of this process. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
