/**
 * `npm run picture:dashboard`: draws the dashboard of the synthesized template with the figures of the last
 * game day, and nothing else.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readAssembly } from '../../packages/local-lambda/template/assembly.ts';
import type { MetricRecord } from '../../telemetry/emf-records.ts';
import { widgetsOf } from './body.ts';
import { drawDashboard } from './draw.ts';
import { bucketsOf } from './series.ts';

const ROOT = join(import.meta.dirname, '../..');
const WIDTH_MS = 5_000;

const text = await readFile(join(ROOT, 'build/gameday/metrics.ndjson'), 'utf8').catch(() => {
  throw new Error('no game day has been measured yet: npm run gameday');
});
const records: MetricRecord[] = text
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line));
const widgets = widgetsOf(await readAssembly(join(ROOT, 'build/downstream')));
const note =
  'Measured in a game day on the local runtime: every alarm’s condition, one after the other. What only AWS measures has no data here.';
process.stdout.write(drawDashboard(widgets, records, bucketsOf(records, WIDTH_MS), note));
