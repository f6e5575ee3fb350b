/** Widgets as SVG, on CloudWatch's grid of 24 columns. */

import type { MetricRecord } from '../../telemetry/emf-records.ts';
import { linesOf, type MetricWidget, type Widget } from './body.ts';
import { type Buckets, type Series, seriesOf } from './series.ts';

const UNIT_PX = 42;
const GAP_PX = 6;
const COLOURS = ['#1f77b4', '#ff7f0e', '#2ca02c', '#d62728', '#9467bd', '#8c564b', '#17becf'];
const ABSENT = '#9a9a9a';
const LEGEND_ROW_PX = 13;
const CHARACTER_PX = 5.6;

interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

interface Drawn {
  readonly label: string;
  readonly colour: string;
  readonly axis: 'left' | 'right';
  readonly series: Series;
}

export function drawDashboard(
  widgets: readonly Widget[],
  records: readonly MetricRecord[],
  buckets: Buckets,
  note: string,
): string {
  const rows = Math.max(...widgets.map(({ y, height }) => y + height));
  const width = 24 * UNIT_PX;
  const height = rows * UNIT_PX + 24;
  const parts = widgets.map((widget) => {
    const at = `translate(${widget.x * UNIT_PX} ${widget.y * UNIT_PX})`;
    const inner =
      widget.type === 'text' ? textOf(widget.properties.markdown) : chart(widget, records, buckets);
    return `<g transform="${at}">${inner}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="Helvetica, Arial, sans-serif" font-size="10">
<title>The dashboard, with what a game day measured</title>
<rect width="${width}" height="${height}" fill="#f2f3f3"/>
${parts.join('\n')}
<text x="8" y="${height - 9}" fill="#545b64">${escaped(note)}</text>
</svg>
`;
}

/** Headings and plain lines; a link is shown as its text. */
function textOf(markdown: string): string {
  const lines = markdown.split('\n').map((line, n) => {
    const plain = line.replace(/^#+ /, '').replace(/\[(.*?)\]\(.*?\)/g, '$1');
    const isHeading = line.startsWith('#');
    const size = isHeading ? 20 : 12;
    return `<text x="10" y="${30 + n * 24}" font-size="${size}" fill="#16191f">${escaped(plain)}</text>`;
  });
  return lines.join('');
}

function chart(widget: MetricWidget, records: readonly MetricRecord[], buckets: Buckets): string {
  const width = widget.width * UNIT_PX - GAP_PX;
  const height = widget.height * UNIT_PX - GAP_PX;
  const drawn: Drawn[] = seriesOf(linesOf(widget), records, buckets).map(({ line, series }, n) => ({
    label: line.label ?? line.metric?.name ?? '',
    colour: COLOURS[n % COLOURS.length] ?? ABSENT,
    axis: line.yAxis,
    series,
  }));
  const legend = legendRows(drawn, width - 20);
  const frame: Frame = {
    left: 40,
    right: width - 40,
    top: 32,
    bottom: height - 22 - legend.length * LEGEND_ROW_PX,
  };
  const annotations = widget.properties.annotations?.horizontal ?? [];
  const tops = {
    left: topOf(
      drawn,
      'left',
      annotations.map(({ value }) => value),
    ),
    right: topOf(drawn, 'right', []),
  };
  return [
    `<rect x="3" y="3" width="${width}" height="${height}" rx="3" fill="#fff" stroke="#d5dbdb"/>`,
    `<text x="12" y="20" font-size="12" font-weight="bold" fill="#16191f">${escaped(widget.properties.title)}</text>`,
    axis(frame, tops.left, 'left'),
    drawn.some((one) => one.axis === 'right') ? axis(frame, tops.right, 'right') : '',
    minutes(frame, buckets),
    ...annotations.map(({ value, label }) => threshold(frame, value / tops.left, label)),
    ...drawn.map((one) => lineOf(one, frame, tops[one.axis], buckets)),
    ...legend.flatMap((row, n) => row.map((entry) => entry(frame.bottom + 32 + n * LEGEND_ROW_PX))),
  ].join('');
}

const heightOf = ({ top, bottom }: Frame, share: number) => bottom - share * (bottom - top);

/** The next of 1, 2, 5, 10 … above all values. */
function topOf(drawn: readonly Drawn[], axisOf: Drawn['axis'], more: readonly number[]): number {
  const own = drawn.filter((one) => one.axis === axisOf).flatMap(({ series }) => series);
  const most = Math.max(1, ...more, ...own.map((value) => value ?? 0));
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= most) ?? most;
}

function axis(frame: Frame, top: number, side: 'left' | 'right'): string {
  return [0, 0.5, 1]
    .map((share) => {
      const y = heightOf(frame, share);
      const grid = `<path d="M${frame.left} ${y}H${frame.right}" stroke="#eaeded"/>`;
      const x = side === 'left' ? frame.left - 5 : frame.right + 5;
      const anchor = side === 'left' ? 'end' : 'start';
      const value = short(share * top);
      return `${side === 'left' ? grid : ''}<text x="${x}" y="${y + 3}" text-anchor="${anchor}" fill="#687078">${value}</text>`;
    })
    .join('');
}

const short = (value: number) => (value >= 10_000 ? `${value / 1_000}k` : String(value));

function minutes({ left, right, bottom }: Frame, { widthMs, count }: Buckets): string {
  const all = (widthMs * count) / 60_000;
  return Array.from({ length: Math.floor(all) + 1 }, (_, minute) => {
    const x = left + (minute / all) * (right - left);
    return `<text x="${x}" y="${bottom + 13}" text-anchor="middle" fill="#687078">${minute}′</text>`;
  }).join('');
}

function threshold(frame: Frame, share: number, label: string): string {
  const y = heightOf(frame, share);
  return `<path d="M${frame.left} ${y}H${frame.right}" stroke="#d13212" stroke-dasharray="4 3"/><text x="${frame.right}" y="${y - 4}" text-anchor="end" fill="#d13212">${escaped(label)}</text>`;
}

/** Points with a value, joined to their neighbours. */
function lineOf({ series, colour }: Drawn, frame: Frame, top: number, { count }: Buckets): string {
  const step = (frame.right - frame.left) / Math.max(1, count - 1);
  let path = '';
  const dots: string[] = [];
  let before: number | undefined;
  for (const [n, value] of series.entries()) {
    if (value !== undefined) {
      const x = (frame.left + n * step).toFixed(1);
      const y = heightOf(frame, value / top).toFixed(1);
      path += `${before === undefined ? 'M' : 'L'}${x} ${y}`;
      if (before === undefined && series[n + 1] === undefined) {
        dots.push(`<circle cx="${x}" cy="${y}" r="2" fill="${colour}"/>`);
      }
    }
    before = value;
  }
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.5"/>${dots.join('')}`;
}

type Entry = (y: number) => string;

/** A line without data is labelled so: CloudWatch would show an entry without a line. */
function legendRows(drawn: readonly Drawn[], width: number): Entry[][] {
  const rows: Entry[][] = [[]];
  let x = 12;
  for (const { label, colour, series } of drawn) {
    const isEmpty = series.every((value) => value === undefined);
    const text = isEmpty ? `${label} (no data)` : label;
    const takes = text.length * CHARACTER_PX + 20;
    if (x + takes > width && x > 12) {
      rows.push([]);
      x = 12;
    }
    const at = x;
    const fill = isEmpty ? ABSENT : colour;
    rows
      .at(-1)
      ?.push(
        (y) =>
          `<rect x="${at}" y="${y - 7}" width="8" height="8" fill="${fill}"/><text x="${at + 12}" y="${y}" fill="${isEmpty ? ABSENT : '#16191f'}">${escaped(text)}</text>`,
      );
    x += takes;
  }
  return rows;
}

const escaped = (text: string) =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
