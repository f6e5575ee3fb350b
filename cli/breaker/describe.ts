import { type BreakerState, forcedAt } from '../../core/breaker-state.ts';
import { printable } from '../printable.ts';

export interface NamedBreaker {
  readonly service: string;
  readonly state: BreakerState;
}

export function describeBreakers(breakers: readonly NamedBreaker[], now: number): string {
  if (breakers.length === 0) return 'no breaker: no call has failed yet';
  const lines = breakers.map(({ service, state }) => {
    const word = forcedAt(state, now);
    const until = state.phase === 'open' ? ` until ${time(state.openUntil)}` : '';
    const forced = word ? ` (forced by ${word.by} until ${time(word.until)})` : '';
    return `${service.padEnd(20)} ${state.phase}${until} since ${time(state.since)}: ${state.why}${forced}`;
  });
  return lines.map(printable).join('\n');
}

export function describeBreaker(service: string, state: BreakerState): string {
  const facts: [string, string | number | undefined][] = [
    ['service', service],
    ['phase', state.phase],
    ['why', state.why],
    ['since', time(state.since)],
    ['generation', state.generation],
    ['reopenings', state.reopenings],
  ];
  if (state.phase === 'open') facts.push(['open until', time(state.openUntil)]);
  if (state.phase !== 'closed') facts.push(['failed probes', state.failedProbes]);
  if (state.phase === 'closed') facts.push(['failures', state.failures]);
  if (state.phase === 'half-open') {
    const { probe } = state;
    facts.push(['successful probes', state.successes]);
    if (probe) facts.push(['probe', `${probe.owner}, lease until ${time(probe.leaseUntil)}`]);
  }
  if (state.forced) {
    const { by, reason, until } = state.forced;
    facts.push(['forced', `by ${by} until ${time(until)}: ${reason}`]);
  }
  return facts.map(([name, value]) => printable(`${name.padEnd(18)} ${value}`)).join('\n');
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}
