/**
 * `npm run bench:cpu [-- FOLDER]`: CPU of `validate` for a healthy message, its share of the SDK and of the
 * worker threads included, against a stub that answers at once; beside one bare signed HTTP request. A folder
 * with another bundle of `validate`, for example of an older commit, is measured beside it, in turns.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LOCAL } from '../demo/build.ts';
import { texts } from './cpu/batches.ts';
import { functionEnvs } from './function-env.ts';
import { median } from './median.ts';

const ROUNDS = 5;
const BATCH_SIZES = [10, 100];
const ROOT = join(import.meta.dirname, '..');
const entry = (name: string) => join(import.meta.dirname, 'cpu', `${name}.ts`);

interface Contestant {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly took: number[];
}

async function measure({ file, args }: Contestant, env: Record<string, string>): Promise<number> {
  const stdio: ('ignore' | 'inherit' | 'ipc')[] = ['ignore', 'ignore', 'inherit', 'ipc'];
  const child = fork(file, args, { env, stdio });
  const exit = once(child, 'exit');
  const [ms] = await Promise.race([once(child, 'message'), exit.then(() => [Number.NaN])]);
  await exit;
  return Number(ms);
}

const folders = [join(ROOT, 'build', 'functions', 'validate'), ...process.argv.slice(2)];
const missing = process.argv.slice(2).find((folder) => !existsSync(join(folder, 'handler.mjs')));
if (missing !== undefined) {
  console.error(`error: there is no handler.mjs in ${missing}`);
  process.exit(2);
}
const envs = await functionEnvs(LOCAL);
const stub = fork(entry('stub'));
const [port] = await once(stub, 'message');
const env = {
  ...envs.get('validate-background'),
  AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
};
const contestants: Contestant[] = [
  { name: 'one bare signed request', file: entry('bare'), args: [], took: [] },
  ...folders.flatMap((folder) =>
    BATCH_SIZES.map((size) => ({
      name: `validate, batches of ${size}, ${folder.replace(`${ROOT}/`, '')}`,
      file: entry('handler'),
      args: [pathToFileURL(resolve(folder, 'handler.mjs')).href, String(size)],
      took: [],
    })),
  ),
];
for (let round = 0; round < ROUNDS; round += 1) {
  for (const each of contestants) each.took.push(await measure(each, env));
  console.error(`round ${round + 1} of ${ROUNDS}`);
}
stub.disconnect();

const bytes = texts(500).reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 500;
console.log(`healthy resources of ${Math.round(bytes)} bytes; ms of CPU each, median of ${ROUNDS}`);
for (const { name, took } of contestants) {
  const range = `${Math.min(...took).toFixed(2)} to ${Math.max(...took).toFixed(2)}`;
  console.log(`${name.padEnd(52)} ${median(took).toFixed(2)}  (${range})`);
}
