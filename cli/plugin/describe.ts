import { type BreakerState, forcedAt } from '../../core/breaker/breaker-state.ts';
import { switchOf } from '../../core/supervision/plugin-switch.ts';
import type { PluginConfig } from '../../lib/config/config.ts';
import { printable } from '../../terminal/printable.ts';
import type { NamedBreaker } from '../breaker/describe.ts';
import { formatTime } from '../format-time.ts';

/** One line for each plugin, in the order in which they run: what it is, and whether it is on. */
export function describePlugins(
  plugins: readonly PluginConfig[],
  breakers: readonly NamedBreaker[],
  now: number,
): string {
  if (plugins.length === 0) return 'No plugins in failsafe.config.ts.';
  const stateOf = statesIn(breakers);
  const lines = plugins.map(({ name, mode, file, resourceTypes }) => {
    const types = resourceTypes.join(',') || 'all types';
    const how = position(stateOf(name), now);
    return `${name.padEnd(20)} ${mode.padEnd(8)} ${types}, ${file}: ${how}`;
  });
  return lines.map(printable).join('\n');
}

/** The same as one JSON object. A plugin that was never switched has no state. */
export function pluginsJson(
  plugins: readonly PluginConfig[],
  breakers: readonly NamedBreaker[],
  now: number,
): string {
  const stateOf = statesIn(breakers);
  const listed = plugins.map(({ name, mode, file, resourceTypes }) => {
    const state = stateOf(name);
    const isOn = position(state, now).startsWith('on');
    return { name, mode, file, resourceTypes, isOn, state };
  });
  return JSON.stringify({ plugins: listed });
}

function statesIn(breakers: readonly NamedBreaker[]) {
  const states = new Map(breakers.map(({ service, state }) => [service, state]));
  return (plugin: string) => states.get(switchOf(plugin));
}

function position(state: BreakerState | undefined, now: number): string {
  if (state === undefined || state.generation === 0) return 'on, never switched off';
  const since = `since ${formatTime(state.since, now)} (${state.why})`;
  const word = forcedAt(state, now);
  if (word !== undefined) {
    const by = `by ${word.by} until ${formatTime(word.until, now)}`;
    return `${state.phase === 'open' ? 'off' : 'on'} ${by}, ${since}`;
  }
  switch (state.phase) {
    case 'closed':
      return `on ${since}`;
    case 'open': {
      const isDue = state.openUntil <= now;
      return `off ${since}, ${isDue ? 'the next resource is its probe' : `probe at ${formatTime(state.openUntil, now)}`}`;
    }
    case 'half-open':
      return `off and probed ${since}`;
  }
}
