/**
 * Which of the reported deaths are one and the same?
 *
 * A death during an invocation has the invocation's request id, so all reporters report the same
 * id. A failed init has none. The invocation that waited for it fails as well, and that is the same
 * death. If both records come in one log delivery, deaths.ts sees it. They may come apart, in any
 * order, and then two deaths are reported: an init and a request. Every reader that counts sees
 * both, so this file decides from all reports: an init is the death that follows it in its
 * execution environment, like two reports of one accident that name the same place a minute apart.
 *
 * Rejected: a store of inits that the monitor asks at each death. It costs a write and a read per
 * death, fails when the table does, and still depends on the order.
 */

/** A death as it was reported. */
export interface CrashReport {
  readonly id: string;
  /** Epoch ms. */
  readonly at: number;
  /** The environment that died, if the monitor saw it: the name of its log stream. */
  readonly environment?: string | undefined;
  /** Absent for an init. */
  readonly requestId?: string | undefined;
}

/** How far the clock of who reports may be ahead. */
const AHEAD_MS = 5_000;

/**
 * The report, dated at most a little after it arrived. Nothing dies after it was reported, and a date far ahead would
 * hide what dies until then, or keep an incident open.
 */
export const notAhead = <R extends CrashReport>(report: R, arrivedAt: number): R => ({
  ...report,
  at: Math.min(report.at, arrivedAt + AHEAD_MS),
});

/** The longest time that an invocation may wait for an init, repeat it, and fail. */
export const INIT_WAIT_MS = 120_000;

/** For each init that is the same death as another report: the id of that report. */
export function otherIds(reports: readonly CrashReport[]): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  for (const deaths of byEnvironment(reports)) {
    let next: CrashReport | undefined;
    for (const death of deaths) {
      if (isInit(death) && next !== undefined && next.at - death.at <= INIT_WAIT_MS) {
        ids.set(death.id, ids.get(next.id) ?? next.id);
      }
      next = death;
    }
  }
  return ids;
}

const isInit = ({ requestId }: CrashReport) => requestId === undefined;

/** The deaths of each environment with an init among them, each once, the newest first. */
function byEnvironment(reports: readonly CrashReport[]): Iterable<readonly CrashReport[]> {
  const inits = new Set<string>();
  for (const report of reports) {
    if (report.environment !== undefined && isInit(report)) inits.add(report.environment);
  }
  const environments = new Map<string, Map<string, CrashReport>>();
  for (const report of reports) {
    if (report.environment === undefined || !inits.has(report.environment)) continue;
    const deaths = environments.get(report.environment) ?? new Map<string, CrashReport>();
    const known = deaths.get(report.id);
    if (known === undefined || report.at < known.at) deaths.set(report.id, report);
    environments.set(report.environment, deaths);
  }
  // At the same time, the init comes first.
  const order = (a: CrashReport, b: CrashReport) =>
    b.at - a.at || Number(isInit(a)) - Number(isInit(b));
  return [...environments.values()].map((deaths) => [...deaths.values()].sort(order));
}
