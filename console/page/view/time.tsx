/** A time on the viewer's clock, and in UTC. */
import { spelled } from '../model/times.ts';
import { now } from '../state.ts';

export function Time({ at }: { readonly at: number }) {
  const { local, utc, iso } = spelled(at, now.value);
  return (
    <time class="time" dateTime={iso}>
      {local} <span class="quiet">{utc}</span>
    </time>
  );
}
