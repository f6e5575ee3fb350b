/** A console beside a local runtime, and its box of faults, which uses the runtime's own means. */
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LocalDone } from '../../../console/contract/local.ts';
import type { LogLines } from '../../../console/contract/message-lives.ts';
import { ROUTES } from '../../../console/contract/routes.ts';
import { type Console, openConsole } from '../../../console/open.ts';
import { type Downstream, startDownstream } from '../../../demo/downstream/server.ts';
import { type Runtime, startRuntime } from '../../../packages/local-lambda/runtime.ts';
import { queueClient } from '../../packages/local-lambda/support/queue-client.ts';
import { consumer, writeAssembly } from '../../packages/local-lambda/support/tiny-assembly.ts';
import { PAGE } from '../support/console-stage.ts';
import { PageInTest } from '../support/page-in-test.ts';

const CLI = join(import.meta.dirname, '../../../cli/main.ts');
const NAME = 'fhir-failsafe-dev-validate-background';
const REQUEST = '6f0ac2a5-3a4b-4d36-9d0c-0c8ae42f57a1';
/** Prints a metric for each message, as Powertools does. */
const METRIC = `export const handler = ({ Records: [record] }) => {
  const CloudWatchMetrics = [{
    Namespace: 'fhir-failsafe', Dimensions: [['service', 'component', 'lane']],
    Metrics: [{ Name: 'Valid', Unit: 'Count' }],
  }];
  const said = { service: 'fhir-failsafe-dev', component: 'validate', lane: 'background', Valid: [2] };
  console.log(JSON.stringify({ _aws: { Timestamp: Date.now(), CloudWatchMetrics }, ...said }));
  console.log('${REQUEST} took ' + record.body.length);
};`;

let runtime: Runtime;
let opened: Console;
let page: PageInTest;
let standIn: Downstream;
let dispose: () => Promise<void>;
const lines: string[] = [];

beforeAll(async () => {
  const queue = { QueueName: 'fhir-failsafe-dev-background', VisibilityTimeout: 2 };
  const assembly = await writeAssembly({
    resources: consumer('background', {}, { queue, function: { FunctionName: NAME } }),
    handlers: { background: METRIC },
  });
  dispose = assembly.dispose;
  runtime = await startRuntime({
    assembly: assembly.directory,
    environmentsMax: 2,
    onLogLine: ({ line }) => lines.push(line),
  });
  Object.assign(process.env, runtime.exports);
  standIn = await startDownstream();
  const standIns = { downstream: Number(new URL(standIn.endpoint).port), terminology: 9 };
  const options = { stage: 'dev', operate: true, by: 'ana', port: 0, page: PAGE };
  opened = await openConsole({ ...options, standIns });
  page = new PageInTest(opened.address);
});
afterAll(async () => {
  await opened.stop();
  await standIn.stop();
  await runtime.stop();
  await dispose();
});

test('R61: a console whose port is taken ends, and keeps no stream of the runtime open', async () => {
  const port = new URL(opened.address).port;
  const { exitCode, stderr } = await execa(process.execPath, [CLI, 'console', '--port', port], {
    env: runtime.exports,
    reject: false,
  });
  expect(stderr).toContain(`port ${port} cannot be used`);
  expect(exitCode).toBe(1);
});

const act = (body: unknown) => page.post<LocalDone>(ROUTES.local, body);
const lane = 'background';

test('it knows that it is beside npm start, and shows what does not exist there as absent', async () => {
  expect(await page.until('hello')).toMatchObject({ local: true, cliOptions: '' });
  const snapshot = await page.until(
    'snapshot',
    ({ local, breakers }) => local?.value !== undefined && breakers.trouble !== undefined,
  );
  expect(snapshot.local?.value).toMatchObject({
    functions: [{ name: 'validate-background', broken: false }],
  });
  // This stack has no such table.
  expect(snapshot.breakers.trouble).toMatchObject({ kind: 'not-there' });
  expect(snapshot.queues.value).toMatchObject([{ name: 'background', role: 'main' }]);
});

test('a sample is sent, and its flow is visible in the metrics that its function printed', async () => {
  const flowed = page.until('flow', ({ figure }) =>
    (figure.value ?? []).some(({ lanes }) => lanes.background?.valid === 2),
  );
  const sent = await act({ act: 'send', sample: 'good', lane });
  expect(sent.body).toMatchObject({
    messageId: expect.stringMatching(/^[\w-]{36}$/),
    commandLine: 'npm run cli -- local send good --lane background',
  });
  expect(await flowed).toMatchObject({ stepMs: 1_000 });
  const { environments } = await page.until(
    'snapshot',
    (seen) => seen.environments.value?.[0]?.frozen === 1,
  );
  expect(environments.value).toMatchObject([{ function: 'validate-background' }]);
  const query = { request: REQUEST, lane, at: '0' };
  const logged = await page.get<LogLines>(ROUTES.logs, query);
  expect(logged.body.lines).toContainEqual({
    function: 'validate-background',
    text: expect.stringContaining(`${REQUEST} took`),
  });
});

test('environments are killed by the name of their function', async () => {
  const killed = await act({ act: 'kill', function: 'validate-background' });
  expect(killed.body).toMatchObject({ message: 'killed 1 of validate-background' });
  await expect.poll(() => runtime.environments()).toEqual([]);
  const none = await act({ act: 'kill', function: 'validate-background' });
  expect(none).toMatchObject({
    status: 409,
    error: { message: expect.stringContaining('no environment') },
  });
});

test('while a deployment is broken its messages wait, and the repaired one takes them', async () => {
  const { count } = queueClient(runtime);
  const broken = await act({ act: 'break', function: 'validate-background' });
  expect(broken.body.message).toBe('validate-background does not load from now on');
  lines.length = 0;
  await act({ act: 'send', sample: 'invalid', lane });
  await expect.poll(() => lines.some((line) => line.includes('Cannot find module'))).toBe(true);
  const seen = await page.until(
    'snapshot',
    ({ local }) => local?.value?.functions[0]?.broken === true,
  );
  expect(seen.local?.value?.functions).toHaveLength(1);
  await act({ act: 'mend', function: 'validate-background' });
  await expect.poll(() => count('fhir-failsafe-dev-background')).toBe(0);
  expect(await act({ act: 'break', function: 'validate-foreground' })).toMatchObject({
    status: 400,
  });
});

test('a lane is flooded, with progress', async () => {
  const { body } = await act({ act: 'flood', lane, count: 250 });
  expect(body.commandLine).toBe('npm run cli -- local flood --lane background --count 250');
  const [run] = await page.until('runs', ([first]) => first?.endedAt !== undefined);
  expect(run).toMatchObject({ id: body.run, kind: 'flood', state: 'done', done: 250, total: 250 });
  expect(await act({ act: 'flood', lane, count: 100_001 })).toMatchObject({ status: 400 });
});

test('the stand-in server is made to fail in part, and its mode is shown', async () => {
  const failed = await act({ act: 'server', name: 'downstream', mode: 'partly' });
  expect(failed.body.commandLine).toBe('npm run cli -- downstream partly');
  const calls = Array.from({ length: 3 }, () =>
    fetch(`${standIn.endpoint}/Patient/a`, { method: 'PUT', body: '{}' }),
  );
  const answers = (await Promise.all(calls)).map(({ status }) => status).sort();
  expect(answers).toEqual([expect.toBeOneOf([200, 201]), expect.toBeOneOf([200, 201]), 503]);
  const { local } = await page.until(
    'snapshot',
    (seen) => seen.local?.value?.servers[0]?.mode === 'partly',
  );
  expect(local?.value?.servers).toMatchObject([{ name: 'downstream', resources: 1 }]);
});
