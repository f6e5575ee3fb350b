/**
 * `npm run picture:dashboard`: draws the dashboard of the synthesized template with the figures of the last
 * game day, and nothing else, as docs/dashboard.svg.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readAssembly } from '../../packages/local-lambda/template/assembly.ts';
import type { MetricRecord } from '../../telemetry/emf-records.ts';
import { complain } from '../../terminal/print.ts';
import { widgetsOf } from './body.ts';
import { drawDashboard } from './draw.ts';
import { bucketsOf } from './series.ts';

const ROOT = join(import.meta.dirname, '../..');
const WIDTH_MS = 5_000;

const text = await readFile(join(ROOT, 'build/gameday/metrics.ndjson'), 'utf8').catch(() => '');
if (text === '') {
  complain('error: no game day has been measured yet: npm run gameday');
  process.exitCode = 1;
} else {
  const records: MetricRecord[] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const widgets = widgetsOf(await readAssembly(join(ROOT, 'build/downstream')));
  const note =
    'Measured in a game day on the local runtime: every alarm’s condition, one after the other. What only AWS measures has no data here.';
  const picture = drawDashboard(widgets, records, bucketsOf(records, WIDTH_MS), note);
  await writeFile(join(ROOT, 'docs/dashboard.svg'), picture);
}
