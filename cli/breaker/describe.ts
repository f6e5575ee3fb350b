import { type BreakerState, forcedAt, type Transition } from '../../core/breaker/breaker-state.ts';
import { printable } from '../../terminal/printable.ts';
import { formatTime } from '../format-time.ts';

export interface NamedBreaker {
  readonly service: string;
  readonly state: BreakerState;
}

export function describeBreakers(breakers: readonly NamedBreaker[], now: number): string {
  if (breakers.length === 0) return 'No breaker yet: no call has failed.';
  const lines = breakers.map(({ service, state }) => {
    const word = forcedAt(state, now);
    const forced = word ? ` (forced by ${word.by} until ${formatTime(word.until, now)})` : '';
    return `${service.padEnd(20)} ${phaseOf(state, now)}${forced}`;
  });
  return lines.map(printable).join('\n');
}

function phaseOf(state: BreakerState, now: number): string {
  if (hasNeverOpened(state)) return 'closed, never opened';
  return `${state.phase}${untilOf(state, now)}, since ${formatTime(state.since, now)}: ${state.why}`;
}

function untilOf(state: BreakerState, now: number): string {
  if (state.phase !== 'open') return '';
  return isDue(state, now)
    ? ', the next call is a probe'
    : ` until ${formatTime(state.openUntil, now)}`;
}

/** Nothing has been called since it could be probed. */
const isDue = ({ openUntil }: { readonly openUntil: number }, now: number) => openUntil <= now;

/** The first generation begins with the first failure, and has no time. */
const hasNeverOpened = ({ generation }: BreakerState) => generation === 0;

export function describeBreaker(service: string, state: BreakerState, now: number): string {
  const facts: [string, string | number | undefined][] = [['service', service]];
  if (hasNeverOpened(state)) facts.push(['phase', 'closed, never opened']);
  else {
    facts.push(['phase', state.phase], ['why', state.why], ['since', formatTime(state.since, now)]);
    facts.push(['generation', state.generation], ['reopenings', state.reopenings]);
  }
  if (state.phase === 'open') {
    const due = isDue(state, now) ? '; the next call is a probe' : '';
    facts.push(['open until', `${formatTime(state.openUntil, now)}${due}`]);
  }
  if (state.phase !== 'closed') facts.push(['failed probes', state.failedProbes]);
  if (state.phase === 'closed') facts.push(['failures', state.failures]);
  if (state.phase === 'half-open') {
    const { probe } = state;
    facts.push(['successful probes', state.successes]);
    if (probe)
      facts.push(['probe', `${probe.owner}, lease until ${formatTime(probe.leaseUntil, now)}`]);
  }
  const forced = forcedAt(state, now);
  if (forced) {
    const { by, reason, until } = forced;
    facts.push(['forced', `by ${by} until ${formatTime(until, now)}: ${reason}`]);
  }
  return facts.map(([name, value]) => printable(`${name.padEnd(18)} ${value}`)).join('\n');
}

/** The command, and its target. */
export interface Overruled {
  /** `breaker` or `plugin`. */
  readonly what: string;
  readonly name: string;
  /** The state now: `open`, `closed`, `off`, `on`. */
  readonly is: string;
  readonly until?: number | undefined;
  readonly by: string;
  readonly reason: string;
  readonly transition: Transition;
}

export function describeOverruled(
  { what, name, is, until, ...said }: Overruled,
  now: number,
): string {
  const end = until === undefined ? '' : ` until ${formatTime(until, now)}`;
  const before = said.transition.from === said.transition.to ? ', as it was before' : '';
  return printable(
    `The ${what} ${name} is ${is}${end}${before}; said by ${said.by}: ${said.reason}`,
  );
}

/** For a program: times as ISO 8601. */
export function overruledJson({
  what,
  name,
  is,
  until,
  by,
  reason,
  transition,
}: Overruled): string {
  const { from, to, generation, at } = transition;
  const iso = (ms: number) => new Date(ms).toISOString();
  const end = until === undefined ? {} : { until: iso(until) };
  return JSON.stringify({
    [what]: name,
    is,
    from,
    to,
    generation,
    at: iso(at),
    ...end,
    by,
    reason,
  });
}
