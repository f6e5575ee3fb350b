import { useMemo } from 'preact/hooks';
import type { CrashWindow, Incidents } from '../../contract/incidents.ts';
import { inWindow, slidingCounts } from '../model/crash-window.ts';
import { span } from '../model/times.ts';
import { now } from '../state.ts';
import { Chart, type Line } from './chart.tsx';

const LINES: readonly Line[] = [
  { label: 'crashes in the window', color: '--ink', fill: '--sunken' },
  { label: 'opens an incident', color: '--accent', dash: [4, 4], width: 1 },
];

/** For each component: the crashes in its sliding window, and the number that opens an incident. */
export function CrashWindows({ incidents }: { readonly incidents: Incidents }) {
  const { windows } = incidents;
  if (windows.length === 0) {
    const { crashesToOpen, windowMs } = incidents;
    return (
      <p class="quiet">
        No crash lately. {crashesToOpen} within {span(windowMs)} open an incident.
      </p>
    );
  }
  return (
    <>
      {windows.map((window) => (
        <Window key={window.scope} window={window} incidents={incidents} />
      ))}
    </>
  );
}

interface Props {
  readonly window: CrashWindow;
  readonly incidents: Incidents;
}

function Window({ window, incidents: { crashesToOpen, windowMs } }: Props) {
  const at = now.value;
  const count = inWindow(window, windowMs, at);
  const data = useMemo(() => {
    const [times, counts] = slidingCounts(window, windowMs, at - 2 * windowMs, at);
    return [times, counts, times.map(() => crashesToOpen)];
  }, [window, windowMs, crashesToOpen, at]);
  const isFull = count >= crashesToOpen;
  return (
    <figure class="window">
      <figcaption>
        <span>{window.scope}</span>
        <span class={isFull ? 'attention' : ''}>
          <strong class="big">
            {count}
            {window.more && '+'}
          </strong>{' '}
          of {crashesToOpen} in {span(windowMs)}
        </span>
      </figcaption>
      <Chart
        description={`${count} crashes of ${window.scope} in the last ${span(windowMs)}; ${crashesToOpen} open an incident`}
        height={110}
        lines={LINES}
        data={data}
        top={crashesToOpen * 1.3}
        stepped
      />
    </figure>
  );
}
