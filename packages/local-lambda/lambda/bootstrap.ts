/**
 * The runtime inside an environment. It loads the handler, then asks the Runtime API for one
 * invocation after another, as AWS's own Node.js runtime does. It runs in a process of its own.
 */
import { flushCompileCache } from 'node:module';
import { basename, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { fetchNext, type Invocation, post } from './runtime-client.ts';

type Handler = (event: unknown, context: object) => unknown;

const functionName = process.env.AWS_LAMBDA_FUNCTION_NAME ?? '';
process.title = `lambda:${functionName}`;

/** Exit codes of AWS's runtime for uncaught errors. */
const EXIT = { unhandledRejection: 128, uncaughtException: 129, initError: 1 };

let current: string | undefined;

const reportUnfinished = process.env.LOCAL_REPORT_UNFINISHED
  ? await unfinishedReporter()
  : () => {};

process.on('uncaughtException', (error, origin) => {
  const rejected = origin === 'unhandledRejection';
  const report = rejected
    ? { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: String(error) }
    : describe(error);
  const path = current ? `invocation/${current}/error` : 'init/error';
  const code = rejected ? EXIT.unhandledRejection : EXIT.uncaughtException;
  console.error(error);
  post(path, report).finally(() => process.exit(code));
});

const handler = await loadHandler().catch(async (error: unknown) => {
  console.error(error);
  await post('init/error', describe(error)).catch(() => {});
  process.exit(EXIT.initError);
});

// Node writes the cache when a process exits, but this one is ended by SIGKILL.
flushCompileCache();

for (;;) {
  // Without its host, an environment has no purpose.
  const invocation = await fetchNext().catch(() => process.exit(0));
  await thawed();
  current = invocation.requestId;
  await run(invocation).catch(() => process.exit(0));
  current = undefined;
}

/**
 * Runs what became due while the environment was frozen, before the event is handled. On AWS too,
 * the event arrives after the process continues. The first turn runs the timers and their promises,
 * the second one the sockets.
 */
async function thawed(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

async function run(invocation: Invocation): Promise<void> {
  const base = `invocation/${invocation.requestId}`;
  let result: unknown;
  try {
    result = await handler(JSON.parse(invocation.payload), contextOf(invocation));
    reportUnfinished(invocation);
  } catch (error) {
    console.error(error);
    reportUnfinished(invocation);
    return post(`${base}/error`, describe(error));
  }
  return post(`${base}/response`, result ?? null);
}

/** Writes a line to the function's log for work that an invocation left unfinished. */
async function unfinishedReporter(): Promise<(invocation: Invocation) => void> {
  const { unfinished, watchWork } = await import('./unfinished.ts');
  watchWork();
  return ({ requestId }) => {
    const work = unfinished();
    if (work.length > 0) console.log(JSON.stringify({ type: 'local.unfinished', requestId, work }));
  };
}

async function loadHandler(): Promise<Handler> {
  const setting = process.env._HANDLER ?? '';
  const dot = setting.lastIndexOf('.');
  const file = join(process.env.LAMBDA_TASK_ROOT ?? '', setting.slice(0, dot));
  const module: Record<string, unknown> = await importFirst([`${file}.mjs`, `${file}.js`]);
  const loaded = module[setting.slice(dot + 1)];
  if (isHandler(loaded)) return loaded;
  const error = new Error(`${basename(file)} exports no handler ${setting.slice(dot + 1)}`);
  error.name = 'Runtime.HandlerNotFound';
  throw error;
}

function isHandler(value: unknown): value is Handler {
  return typeof value === 'function';
}

async function importFirst(files: string[]): Promise<Record<string, unknown>> {
  for (const file of files) {
    const url = pathToFileURL(file).href;
    try {
      return await import(url);
    } catch (error) {
      const missing = error instanceof Error && 'url' in error && error.url === url;
      if (!missing) throw error;
    }
  }
  const error = new Error(`Cannot find module '${files[0]}'`);
  error.name = 'Runtime.ImportModuleError';
  throw error;
}

function contextOf(invocation: Invocation): object {
  return {
    awsRequestId: invocation.requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: invocation.functionArn,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    getRemainingTimeInMillis: () => Math.max(0, invocation.deadlineMs - Date.now()),
  };
}

function describe(error: unknown): { errorType: string; errorMessage: string; trace: string[] } {
  if (!(error instanceof Error)) {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  const trace = error.stack?.split('\n') ?? [];
  return { errorType: error.name, errorMessage: error.message, trace };
}
