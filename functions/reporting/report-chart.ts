/** The day by hours: a bar for each hour's endings. */
import { type DayReport, type Ends, VERDICTS } from '../../core/report/day-report.ts';
import { type Markup, markup } from './markup.ts';
import { count, endsTotal } from './numbers.ts';

const WIDTH = 960;
const HEIGHT = 200;
const LEFT = 56;
const BASE = 170;
const TOP = 12;
const SLOT = (WIDTH - LEFT) / 24;
const BAR = SLOT * 0.72;
const LABEL_EVERY = 3;

export const CLASSES = { stored: 'stored', rejected: 'rejected', 'dead-lettered': 'dead' } as const;

export function hoursChart({ hours }: DayReport): Markup {
  const most = roundedUp(Math.max(...hours.map(endsTotal)));
  const grid = [0, 0.5, 1].map((part) => {
    const y = BASE - part * (BASE - TOP);
    const label = markup`<text x="${LEFT - 8}" y="${y + 4}" text-anchor="end">${count(part * most)}</text>`;
    return markup`<line x1="${LEFT}" x2="${WIDTH}" y1="${y}" y2="${y}"/>${label}`;
  });
  const labels = hours.flatMap((_, hour) =>
    hour % LABEL_EVERY === 0
      ? [
          markup`<text x="${(LEFT + hour * SLOT + SLOT / 2).toFixed(1)}" y="${BASE + 18}" text-anchor="middle">${clock(hour)}</text>`,
        ]
      : [],
  );
  const bars = hours.map((ends, hour) => bar(ends, hour, most));
  return markup`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Messages that ended in each hour, UTC">
${grid}${bars}${labels}
</svg>`;
}

function bar(ends: Readonly<Ends>, hour: number, most: number): Markup {
  let y = BASE;
  const parts = VERDICTS.filter((verdict) => ends[verdict] > 0).map((verdict) => {
    // A value above zero is always visible, however small.
    const height = Math.max(1.5, (ends[verdict] / most) * (BASE - TOP));
    y -= height;
    return markup`<rect class="${CLASSES[verdict]}" x="${(LEFT + hour * SLOT + (SLOT - BAR) / 2).toFixed(1)}" y="${y.toFixed(1)}" width="${BAR.toFixed(1)}" height="${height.toFixed(1)}"/>`;
  });
  const said = VERDICTS.map((verdict) => `${count(ends[verdict])} ${verdict}`).join(', ');
  return markup`<g><title>${clock(hour)}–${clock(hour + 1)}: ${said}</title>${parts}</g>
`;
}

const clock = (hour: number) => `${String(hour).padStart(2, '0')}:00`;

/** The next of 2, 4, 6, 8, 10, 20, 40 … so that half of it is a whole number too. */
function roundedUp(most: number): number {
  const power = 10 ** Math.max(0, Math.ceil(Math.log10(Math.max(2, most))) - 1);
  return [2, 4, 6, 8, 10].map((n) => n * power).find((n) => n >= most) ?? most;
}
