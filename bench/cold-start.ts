/**
 * `npm run bench:cold-start [-- FOLDER]`: what traces cost a function that starts: CPU time to load its
 * bundle with traces off, and with traces on, in fresh processes, in turns. A folder with another
 * handler.mjs of `quarantine`, for example of an older commit, is measured beside them.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleFunctions } from '../lib/bundle/bundle.ts';
import { ENV } from '../telemetry/env-names.ts';

const ROUNDS = 30;
const NAME = 'quarantine';
const root = join(import.meta.dirname, '..');
const outDir = mkdtempSync(join(tmpdir(), 'failsafe-cold-start-'));
const environment = {
  AWS_REGION: 'us-east-1',
  POWERTOOLS_LOG_LEVEL: 'SILENT',
  [ENV.quarantineTable]: 'table',
  [ENV.bodiesBucket]: 'bucket',
  [ENV.outcomesTopicArn]: 'topic',
};

interface Variant {
  readonly name: string;
  readonly handler: string;
  readonly more?: Record<string, string>;
  readonly took: number[];
}

function measure({ handler, more }: Variant): number {
  const url = JSON.stringify(pathToFileURL(handler).href);
  const cpuMs = '(({user,system})=>(user+system)/1000)(process.cpuUsage(before))';
  const code = `const before=process.cpuUsage();await import(${url});process.stdout.write(String(${cpuMs}))`;
  const args = ['--input-type=module', '--eval', code];
  const env = { PATH: process.env['PATH'], ...environment, ...more };
  return Number(execFileSync(process.execPath, args, { env }));
}

try {
  const off = join(outDir, 'off');
  const on = join(outDir, 'on');
  await bundleFunctions({ names: [NAME], root, outDir: off });
  await bundleFunctions({ names: [NAME], root, outDir: on, traced: [NAME] });
  const [other] = process.argv.slice(2);
  const more = { [ENV.tracesEndpoint]: 'http://127.0.0.1:4318' };
  const variants: Variant[] = [
    ...(other ? [{ name: other, handler: resolve(other, 'handler.mjs'), took: [] }] : []),
    { name: 'traces off', handler: join(off, NAME, 'handler.mjs'), took: [] },
    { name: 'traces on', handler: join(on, NAME, 'handler.mjs'), more, took: [] },
  ];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const variant of variants) variant.took.push(measure(variant));
  }
  for (const { name, took } of variants) {
    const sorted = took.toSorted((a, b) => a - b);
    const at = (share: number) => (sorted[Math.floor(share * sorted.length)] ?? 0).toFixed(0);
    console.log(
      `${name.padEnd(12)} median ${at(0.5)} ms, middle half ${at(0.25)} to ${at(0.75)} ms`,
    );
  }
} finally {
  rmSync(outDir, { recursive: true });
}
