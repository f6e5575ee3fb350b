/** Describes the state of a lane. */
import type { LaneView, NextProbe } from '../../contract/supervision.ts';
import { countdown } from './times.ts';

export function laneWord(lane: LaneView | undefined): { text: string; isTrouble: boolean } {
  if (lane === undefined) return { text: '', isTrouble: false };
  switch (lane.phase) {
    case 'running':
      return { text: 'running', isTrouble: false };
    case 'ramping':
      return { text: `returning, at most ${lane.ramp?.step ?? 2} a queue`, isTrouble: false };
    default:
      return { text: lane.phase, isTrouble: true };
  }
}

/** What must happen before the next probe. */
export function probeWord({ at, waitsFor }: NextProbe, now: number): string {
  const time = at === undefined ? '' : countdown(at, now);
  switch (waitsFor) {
    case 'operator':
      return 'Nothing probes it: an operator must resume it.';
    case 'mappings':
      return 'It is probed once its mappings read back as disabled.';
    case 'breaker':
      return `It is probed when its breaker allows a probe${time && `, in ${time}`}.`;
    case 'cool-down':
      return `It is probed in ${time}.`;
    case 'message':
      return 'A probe is due: the supervisor takes one message when it next runs, within a minute.';
    case 'result':
      return `A probe runs${time && `, for ${time} at most`}.`;
  }
}
