import { useMemo } from 'preact/hooks';
import { throughput } from '../model/flow-rates.ts';
import { howMany, rate } from '../model/numbers.ts';
import { flow, flowTrouble, now } from '../state.ts';
import { Chart, type Line } from './chart.tsx';

const LINES: readonly Line[] = [
  { label: 'submitted', color: '--ink', fill: '--sunken' },
  { label: 'rejected', color: '--flow', dots: 3 },
  { label: 'crashed', color: '--accent', dots: 6 },
];

/** Submitted, rejected and crashed messages, for as long as the flow is kept. */
export function Throughput() {
  const known = flow.value;
  const at = now.value;
  const data = useMemo(() => {
    if (known === undefined) return undefined;
    return throughput(known, at - known.keptMs, at);
  }, [known, at]);
  if (data === undefined) return <NoFlow />;
  const peak = Math.max(0, ...data[1].map((each) => each ?? 0));
  const last =
    data[3].reduce<number>((sum, each) => sum + (each ?? 0), 0) * ((known?.stepMs ?? 0) / 1_000);
  const description = `Messages a second: at most ${rate(peak)}, ${howMany(Math.round(last), 'crash', 'crashes')} in all`;
  return (
    <figure class="throughput">
      <figcaption>
        Messages a second
        <ul class="legend">
          <li class="submitted">submitted</li>
          <li class="rejected">rejected</li>
          <li class="crashed">crashed</li>
        </ul>
      </figcaption>
      <Chart description={description} height={110} lines={LINES} data={data} top={1} />
    </figure>
  );
}

function NoFlow() {
  const trouble = flowTrouble.value;
  return trouble === undefined ? null : (
    <p class="note quiet text">Rates are not known: {trouble.message}</p>
  );
}
