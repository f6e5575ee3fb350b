import {
  desiredMapping,
  HOLDERS,
  phaseOf,
  type Supervised,
} from '../../core/supervision/supervised-state.ts';
import { printable } from '../../terminal/printable.ts';
import { formatTime } from '../format-time.ts';
import type { LaneView } from './look.ts';
import type { Operated, Word } from './operate.ts';

/** One line a lane, one for each of its queues, and one for each holder. */
export function describeLanes(views: readonly LaneView[], now: number): string {
  if (views.length === 0) return 'No lanes: the supervisor of this stage has none.';
  const widest = Math.max(
    ...views.flatMap(({ mappings }) => mappings.map(({ queue }) => queue.length)),
  );
  const lines = views.flatMap((view) => [
    laneLine(view, now),
    ...view.mappings.map((mapping) => {
      return `  ${mapping.queue.padEnd(widest)}  ${mappingWord(mapping, view.state)}`;
    }),
    ...holdLines(view.state, now),
  ]);
  return lines.map(printable).join('\n');
}

function laneLine({ lane, state }: LaneView, now: number): string {
  const { ramp, wakeAt } = state;
  const step =
    ramp === undefined ? '' : `, at most ${ramp.step} a queue since ${formatTime(ramp.at, now)}`;
  const phase = phaseOf(state, now);
  const held = phase === 'paused' && state.holds.operator === undefined;
  const next = held ? `, next probe ${formatTime(wakeAt, now)}` : '';
  return `${lane.padEnd(12)} ${phase}${step}${next}`;
}

/** Shows each event source mapping's state, and the desired state where the two differ. */
function mappingWord(mapping: LaneView['mappings'][number], state: Supervised): string {
  const { enabled, maxConcurrency, changing, configuredMax } = mapping;
  const desired = desiredMapping(state, configuredMax);
  const is = enabled ? `enabled, at most ${maxConcurrency} at once` : 'disabled';
  if (changing) return `${is} (changing)`;
  const isSo =
    enabled === desired.enabled && (!enabled || maxConcurrency === desired.maxConcurrency);
  return isSo ? is : `${is} (the supervisor will change that within a minute)`;
}

function holdLines({ holds }: Supervised, now: number): string[] {
  return HOLDERS.flatMap((holder) => {
    const hold = holds[holder];
    if (hold === undefined) return [];
    return [`  held by ${holder} since ${formatTime(hold.since, now)} (${hold.by}): ${hold.why}`];
  });
}

const MAPPINGS = {
  set: '',
  changing: '; its mappings are changing',
  behind:
    '; its state changed meanwhile, and its mappings could not be set: the supervisor will do that within minutes',
};

/** What a command changed. */
export function describeOperated(
  word: Word,
  { found, state, changed, mappings }: Operated,
  at: number,
): string {
  const holders = HOLDERS.filter((holder) => state.holds[holder] !== undefined);
  const now = holders.length === 0 ? 'nobody holds it' : `it is held by ${holders.join(' and ')}`;
  const said = changed ? `${word}d` : `unchanged: nothing to ${word}`;
  const lines = [
    `lane ${found.lane} ${said}; ${now}${MAPPINGS[mappings]}`,
    ...holdLines(state, at),
  ];
  return lines.map(printable).join('\n');
}
