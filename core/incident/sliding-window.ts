/**
 * Is there any window of a given length that holds enough distinct events?
 *
 * A window is half open, (t − length, t]: an event exactly `length` old is outside (R20). Every t counts,
 * not only now: a late event may complete a window that lies in the past. It is enough to check windows
 * that end at an event, because any other holds no more events than the one that ends at its last event.
 *
 * Several observers may report the same death, at slightly different times. Events with one id are one
 * event, at the earliest time reported; so is an init with the death that it led to (death-identity.ts).
 */
import { type CrashReport, otherIds } from '../attempt/death-identity.ts';

export type TimedEvent = CrashReport;

/** The events of the earliest full window, by time. Undefined if no window is full. */
export function firstFullWindow<E extends TimedEvent>(
  events: readonly E[],
  windowMs: number,
  threshold: number,
): readonly E[] | undefined {
  const sorted = distinct(events);
  for (const [last, event] of sorted.entries()) {
    const first = last - threshold + 1;
    const oldest = sorted[first];
    if (oldest !== undefined && event.at - oldest.at < windowMs) {
      return sorted.filter(({ at }) => at > event.at - windowMs && at <= event.at);
    }
  }
  return undefined;
}

/** The times from which a window of that length may hold one of the events, without overlaps. */
export function timesAround(
  times: readonly number[],
  windowMs: number,
): readonly { readonly from: number; readonly to: number }[] {
  const ranges: { from: number; to: number }[] = [];
  for (const at of times.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && at - windowMs <= last.to) last.to = at + windowMs;
    else ranges.push({ from: at - windowMs, to: at + windowMs });
  }
  return ranges;
}

/** Each death once, at its earliest time, in order of time. */
export function distinct<E extends TimedEvent>(events: readonly E[]): readonly E[] {
  const others = otherIds(events);
  const byId = new Map<string, E>();
  for (const event of events) {
    if (others.has(event.id)) continue;
    const known = byId.get(event.id);
    if (known === undefined || event.at < known.at) byId.set(event.id, event);
  }
  return [...byId.values()].sort((a, b) => a.at - b.at);
}
