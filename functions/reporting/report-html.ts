/**
 * A day as a page: one file without external parts, so that it can be mailed, printed and kept. All names
 * in it are chosen by producers, and escaped.
 */
import type { DayReport } from '../../core/report/day-report.ts';
import { believed, type Markup, markup } from './markup.ts';
import {
  andMore,
  count,
  counted,
  duration,
  endsTotal,
  headline,
  longDay,
  share,
  timeOf,
} from './numbers.ts';
import { CLASSES, hoursChart } from './report-chart.ts';
import { STYLE } from './report-style.ts';

export function htmlOf(report: DayReport, stage: string): string {
  const title = `fhir-failsafe ${stage}, ${report.day}`;
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${believed(STYLE)}</style>
</head>
<body>
<header>
<p>fhir-failsafe · stage ${stage} · daily report</p>
<h1>${longDay(report.day)}</h1>
<p class="headline">${headline(report)}</p>
</header>
<main>
${tiles(report)}
<h2>By hour</h2>
${legend()}${hoursChart(report)}
<h2>By source</h2>
${sources(report)}
<h2>Commonest reasons</h2>
${reasons(report)}
<h2>Incidents</h2>
${incidents(report)}
</main>
${footer(report)}
</body>
</html>
`;
  return page.text;
}

function tiles({ ends, latencies, incidents: all }: DayReport): Markup {
  const total = endsTotal(ends);
  const tile = (name: string, value: string, note: string, swatch = '') => {
    const mark = swatch === '' ? '' : markup`<span class="swatch ${swatch}"></span>`;
    return markup`<div class="tile"><dt>${mark}${name}</dt><dd>${value}<small>${note}</small></dd></div>
`;
  };
  const open = all.filter(({ status }) => status !== 'resolved').length;
  return markup`<dl class="tiles">
${[
  tile('Stored', count(ends.stored), share(ends.stored, total), CLASSES.stored),
  tile('Rejected', count(ends.rejected), share(ends.rejected, total), CLASSES.rejected),
  tile(
    'Dead-lettered',
    count(ends['dead-lettered']),
    share(ends['dead-lettered'], total),
    CLASSES['dead-lettered'],
  ),
  tile('Half within', duration(latencies.p50), 'from submission to verdict'),
  tile('99 % within', duration(latencies.p99), `the longest ${duration(latencies.longest)}`),
  tile('Incidents', count(all.length), open === 0 ? 'none open' : `${open} not over`),
]}</dl>`;
}

function legend(): Markup {
  const of = (swatch: string, name: string) =>
    markup`<span class="swatch ${swatch}"></span>${name} &nbsp; `;
  return markup`<p class="none">${[
    of(CLASSES.stored, 'stored'),
    of(CLASSES.rejected, 'rejected'),
    of(CLASSES['dead-lettered'], 'dead-lettered'),
  ]} times are UTC</p>
`;
}

/** Columns that begin with `#` hold numbers. */
function table(
  columns: readonly string[],
  rows: readonly (readonly (string | Markup)[])[],
): Markup {
  const kind = columns.map((name) => (name.startsWith('#') ? 'number' : 'name'));
  const head = columns.map(
    (name, n) => markup`<th scope="col" class="${kind[n] ?? ''}">${name.replace('#', '')}</th>`,
  );
  const body = rows.map((row) => {
    const cells = row.map((cell, n) => markup`<td class="${kind[n] ?? ''}">${cell}</td>`);
    return markup`<tr>${cells}</tr>
`;
  });
  return markup`<div class="scroll"><table>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody>
</table></div>`;
}

const none = (text: string) => markup`<p class="none">${text}</p>`;

function sources({ rows }: DayReport): Markup {
  if (rows.length === 0) return none('Nobody sent anything that ended on this day.');
  return table(
    [
      'Source',
      'Lane',
      '#Stored',
      '#Rejected',
      '#Dead-lettered',
      '#p50',
      '#p95',
      '#p99',
      '#Longest',
    ],
    rows.map(({ source, lane, ends, p50, p95, p99, longest }) => [
      ...[source, lane, count(ends.stored), count(ends.rejected), count(ends['dead-lettered'])],
      ...[p50, p95, p99, longest].map(duration),
    ]),
  );
}

function reasons({ reasons: listed, reasonsTotal }: DayReport): Markup {
  if (listed.length === 0) return none('Nothing was rejected or dead-lettered.');
  const rows = listed.map(
    ({ fingerprint, fingerprints, verdict, why, count: n, sources: from }) => [
      count(n),
      verdict,
      why,
      count(from),
      markup`<code>${fingerprint}</code>${andMore(fingerprints)}`,
    ],
  );
  const more = reasonsTotal - listed.length;
  const rest = more > 0 ? none(`and ${counted(more, 'rarer reason')}`) : markup``;
  return markup`${table(['#Count', 'Verdict', 'First error', '#Sources', 'Fingerprint'], rows)}${rest}`;
}

function incidents({ incidents: all }: DayReport): Markup {
  if (all.length === 0) return none('No incident was opened.');
  return table(
    ['Incident', 'Cause', '#Opened', '#Over', '#Crashes', '#Messages'],
    all.map(({ incident, cause, openedAt, resolvedAt, status, crashes, messages }) => [
      incident,
      cause,
      timeOf(openedAt),
      resolvedAt === undefined ? status : `after ${duration(resolvedAt - openedAt)}`,
      crashes,
      count(messages),
    ]),
  );
}

function footer({ repeats }: DayReport): Markup {
  return markup`<footer>
<p>A day is one of UTC, and counts what ended in it, whenever it was submitted. Latencies are those of
what was stored or rejected, from submission (or its redrive) to verdict; percentiles are exact within 1 %. Each outcome
counts once${repeats === 0 ? '' : `: ${counted(repeats, 'repetition')} of some came and did not count`}. Nothing here names
a patient or quotes a resource; what is behind a reason lies in quarantine, which <code>npm run cli -- quarantine
list</code> groups by fingerprint.</p>
</footer>`;
}
