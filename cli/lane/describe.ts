import { desiredMapping, HOLDERS, phaseOf, type Supervised } from '../../core/supervised-state.ts';
import { printable } from '../printable.ts';
import type { LaneView } from './look.ts';
import type { Operated, Word } from './operate.ts';

/** A line a lane, then one for each who holds it. */
export function describeLanes(views: readonly LaneView[], now: number): string {
  const lines = views.flatMap((view) => [laneLine(view, now), ...holdLines(view.state)]);
  return lines.map(printable).join('\n');
}

function laneLine({ lane, state, mappings }: LaneView, now: number): string {
  const { ramp, wakeAt } = state;
  const phase = phaseOf(state, now);
  const step = ramp === undefined ? '' : `, at most ${ramp.step} a mapping since ${time(ramp.at)}`;
  const held = phase === 'paused' && state.holds.operator === undefined;
  const next = held ? `, next probe ${time(wakeAt)}` : '';
  const actual = mappings.map((mapping) => mappingWord(mapping, state)).join(', ');
  return `${lane.padEnd(12)} ${phase.padEnd(8)} ${actual}${step}${next}`;
}

/** How a mapping is, and where it is not as it shall be, that. */
function mappingWord(mapping: LaneView['mappings'][number], state: Supervised): string {
  const { enabled, maxConcurrency, changing, configuredMax } = mapping;
  const desired = desiredMapping(state, configuredMax);
  const is = enabled ? `on, at most ${maxConcurrency}` : 'off';
  if (changing) return `mapping ${is} (changing)`;
  const isSo =
    enabled === desired.enabled && (!enabled || maxConcurrency === desired.maxConcurrency);
  return isSo ? `mapping ${is}` : `mapping ${is} (not as it shall be: within a minute)`;
}

function holdLines({ holds }: Supervised): string[] {
  return HOLDERS.flatMap((holder) => {
    const hold = holds[holder];
    return hold ? [`  held by ${holder} since ${time(hold.since)} (${hold.by}): ${hold.why}`] : [];
  });
}

/** What a word brought about. */
export function describeOperated(word: Word, { found, state, changed, applied }: Operated): string {
  const holders = HOLDERS.filter((holder) => state.holds[holder] !== undefined);
  const now = holders.length === 0 ? 'nobody holds it' : `it is held by ${holders.join(' and ')}`;
  const said = changed ? `${word}d` : `was so before: nothing to ${word}`;
  const background = applied ? '' : '; its mappings are changing';
  const lines = [`lane ${found.lane} ${said}; ${now}${background}`, ...holdLines(state)];
  return lines.map(printable).join('\n');
}

const time = (ms: number) => new Date(ms).toISOString();
