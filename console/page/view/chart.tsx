/**
 * A uPlot chart in the page's colors. New data is passed to it. It is created again only if its
 * size or the theme changes.
 */
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { theme } from './theme.tsx';

export interface Line {
  readonly label: string;
  /** A custom property of CSS. */
  readonly color: string;
  readonly fill?: string;
  readonly dash?: readonly number[];
  readonly width?: number;
  /** Draws points of that size, and no line. */
  readonly dots?: number;
}

export interface ChartProps {
  /** For screen readers. */
  readonly description: string;
  readonly height: number;
  readonly lines: readonly Line[];
  /** Epoch seconds, then the values of each line. */
  readonly data: readonly (readonly (number | null)[])[];
  readonly stepped?: boolean;
  /** The scale shows at least this value. */
  readonly top: number;
}

const aligned = (data: ChartProps['data']) => data as unknown as uPlot.AlignedData;

export function Chart(props: ChartProps) {
  const { description, height, data } = props;
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const shade = theme.value;
  useEffect(() => {
    const { current } = place;
    if (current === null) return;
    const observer = new ResizeObserver(() => {
      chart.current?.destroy();
      const options = optionsOf(latest.current, current);
      chart.current = new uPlot(options, aligned(latest.current.data), current);
    });
    observer.observe(current);
    return () => {
      observer.disconnect();
      chart.current?.destroy();
      chart.current = undefined;
    };
  }, [shade]);
  useEffect(() => chart.current?.setData(aligned(data)), [data]);
  return (
    <div
      class="chart"
      role="img"
      aria-label={description}
      style={{ height: `${height}px` }}
      ref={place}
    />
  );
}

const STEPS = [0.1, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];

function optionsOf({ lines, height, stepped, top }: ChartProps, place: Element): uPlot.Options {
  const ink = (name: string) => getComputedStyle(place).getPropertyValue(name).trim();
  const axis = {
    stroke: ink('--ink-2'),
    font: '11px Inter, system-ui, sans-serif',
    grid: { stroke: ink('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: place.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    padding: [6, 14, 0, 0],
    scales: { y: { range: (_, __, max) => [0, Math.max(top, max * 1.1)] } },
    axes: [
      { ...axis, size: 20, gap: 4, space: 80, grid: { show: false }, values: clocks },
      { ...axis, size: 34, gap: 4, space: 24, incrs: STEPS },
    ],
    series: [{}, ...lines.map((line) => seriesOf(line, ink, stepped === true))],
  };
}

const clocks: uPlot.Axis.DynamicValues = (_, seconds) =>
  seconds.map((at) => new Date(at * 1_000).toTimeString().slice(0, 5));

function seriesOf(
  { label, color, fill, dash, dots, width = 1.5 }: Line,
  ink: (name: string) => string,
  stepped: boolean,
): uPlot.Series {
  const { paths: makers } = uPlot;
  const paths = stepped ? makers.stepped?.({ align: 1 }) : makers.linear?.();
  return {
    label,
    stroke: ink(color),
    width: dots === undefined ? width : 0,
    points:
      dots === undefined
        ? { show: false }
        : { show: true, size: dots, width: 0, fill: ink(color), space: 0 },
    ...(fill && { fill: ink(fill) }),
    ...(dash && { dash: [...dash] }),
    ...(paths && { paths }),
  };
}
