/**
 * `npm run bench:cold-start [-- FOLDER]`: what each function costs that starts: CPU time to load its bundle
 * in a fresh process, without Node's own start. A folder with the bundles of another revision
 * (`build/functions` there) is measured beside it, in turns; so is `quarantine` with traces on.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DOWNSTREAM } from '../demo/build.ts';
import { bundleFunctions } from '../lib/bundle/bundle.ts';
import { FUNCTION_NAMES } from '../lib/constructs/function-names.ts';
import { ENV } from '../telemetry/env-names.ts';
import { functionEnvs } from './function-env.ts';
import { median } from './median.ts';

const ROUNDS = 7;
const TRACED = 'quarantine';
const root = join(import.meta.dirname, '..');
const folders = process.argv.slice(2);
const missing = folders.find((folder) => !existsSync(join(folder, TRACED, 'handler.mjs')));
if (missing !== undefined) {
  console.error(`error: there is no ${TRACED}/handler.mjs in ${missing}`);
  process.exit(2);
}
const outDir = mkdtempSync(join(tmpdir(), 'failsafe-cold-start-'));

interface Variant {
  readonly name: string;
  readonly handler: string;
  readonly env: Record<string, string>;
  readonly took: number[];
}

function measure({ handler, env }: Variant): number {
  const url = JSON.stringify(pathToFileURL(handler).href);
  const cpuMs = '(({user,system})=>(user+system)/1000)(process.cpuUsage(before))';
  const code = `const before=process.cpuUsage();await import(${url});process.stdout.write(String(${cpuMs}));process.exit()`;
  const args = ['--input-type=module', '--eval', code];
  return Number(execFileSync(process.execPath, args, { env }));
}

try {
  const envs = await functionEnvs(DOWNSTREAM);
  const [off, on] = [join(outDir, 'off'), join(outDir, 'on')];
  await bundleFunctions({ names: FUNCTION_NAMES, root, outDir: off });
  await bundleFunctions({ names: [TRACED], root, outDir: on, traced: [TRACED] });
  const variant = (folder: string, code: string, of: string, more = {}): Variant => ({
    name: `${code}${of}`,
    handler: resolve(folder, code, 'handler.mjs'),
    env: { ...envs.get(code === 'validate' ? 'validate-background' : code), ...more },
    took: [],
  });
  const traces = { [ENV.tracesEndpoint]: 'http://127.0.0.1:4318' };
  const variants = [
    ...FUNCTION_NAMES.flatMap((code) => [
      variant(off, code, ''),
      ...folders.map((folder) => variant(folder, code, `, ${folder}`)),
    ]),
    variant(on, TRACED, ', traces on', traces),
  ].filter(({ handler }) => existsSync(handler));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const each of variants) each.took.push(measure(each));
  }
  for (const { name, handler, took } of variants) {
    const kb = `${Math.round(statSync(handler).size / 1_000)} kB`;
    const range = `${Math.min(...took).toFixed(0)} to ${Math.max(...took).toFixed(0)}`;
    console.log(`${name.padEnd(44)} ${kb.padStart(8)}  ${median(took).toFixed(0)} ms (${range})`);
  }
} finally {
  rmSync(outDir, { recursive: true });
}
