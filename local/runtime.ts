/**
 * The stack on this machine: the synthesized template, provisioned into embedded emulators, its
 * functions run as child processes. Start reads in order; stop runs in reverse.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createClients, destroyClients, type Endpoints } from './clients.ts';
import { startEmulator } from './emulators/emulator.ts';
import type { Mischief } from './event-source/delivery.ts';
import { startMappings } from './event-source/mappings.ts';
import { seededRandom } from './event-source/random.ts';
import { startGateway } from './gateway.ts';
import { accountVariables, defaultEnvironmentsMax, functionSpecs } from './lambda/function-spec.ts';
import { startLambdaHost } from './lambda/host.ts';
import { type LogLine, openPlatformLog } from './lambda/platform-log.ts';
import { Slots } from './lambda/slots.ts';
import { type Page, startPages } from './pages.ts';
import { provision } from './provision/provision.ts';
import { type Clock, startSchedule, systemClock } from './schedule.ts';
import { nameOfArn } from './template/account.ts';
import { readAssembly } from './template/assembly.ts';
import { outputsOf, planOf, queueUrlOf } from './template/plan.ts';

const ROOT = resolve(import.meta.dirname, '..');
/** How long the invocations that run at the end may take before they are killed. */
const STOP_GRACE_MS = 3000;
/** How long a batch waits for a warm environment before one more is started. */
const PATIENCE_MS = 500;

export type RuntimeOptions = {
  /** Folder of the synthesized assembly; `build/local` unless given. */
  assembly?: string;
  /** Port of the gateway; a free one unless given. */
  port?: number;
  /** Keeps queues, tables, buckets and logs over restarts. */
  dataDir?: string;
  /** Probability that a delivered message is delivered again, 0 to 1. */
  duplicates?: number;
  /** Whether messages overtake each other. */
  reorder?: boolean;
  /** Of duplicates and reordering; random unless given. */
  seed?: number;
  /** Bound of Lambda environments alive; 4 for each core unless given. */
  environmentsMax?: number;
  log?: (line: string) => void;
  onPage?: (page: Page) => void;
  /** Told of each line that a function or the platform logs. */
  onLogLine?: (line: LogLine) => void;
  clock?: Clock;
};

export type Runtime = {
  /** Of the gateway: one address for all services. */
  endpoint: string;
  /** Of the emulators themselves, without the gateway's hop. */
  endpoints: Endpoints;
  /** The environment that points the AWS SDK and CLI at the gateway. */
  exports: Record<string, string>;
  stackName: string;
  /** The stack's outputs by logical id. */
  outputs: Record<string, string>;
  /** Folder of the functions' logs, `<function>.log`. */
  logDir: string;
  queueUrl(queueName: string): string;
  environments(): { functionName: string; pid: number }[];
  /** Messages, and copies of deleted ones, that the pollers hold and whose fate is open. */
  inFlight(): number;
  stop(): Promise<void>;
};

/** Starts everything; what had started is stopped again should a later step fail. */
export async function startRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  const undo: (() => unknown)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    return await start(options, (step) => void undo.push(step), stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  options: RuntimeOptions,
  onStop: (step: () => unknown) => void,
  stop: () => Promise<void>,
): Promise<Runtime> {
  const log = options.log ?? (() => {});
  const environmentsMax = options.environmentsMax ?? defaultEnvironmentsMax();
  const assembly = await readAssembly(options.assembly ?? join(ROOT, 'build/local'));
  const home = await openHome(options.dataDir);
  onStop(home.close);

  const kept = options.dataDir ? { dataDir: home.directory } : {};
  const [fauxqs, dynalite] = await Promise.all(
    ['fauxqs', 'dynalite'].map((name) =>
      startEmulator(new URL(`./emulators/${name}.ts`, import.meta.url), { port: 0, ...kept }),
    ),
  );
  if (!fauxqs || !dynalite) throw new Error('unreachable');
  onStop(() => Promise.all([fauxqs.stop(), dynalite.stop()]));
  const endpoints = { sqs: fauxqs.endpoint, dynamodb: dynalite.endpoint };
  const clients = createClients(endpoints);
  onStop(() => destroyClients(clients));

  const plan = planOf(assembly, endpoints.sqs);
  await provision(clients, endpoints.sqs, plan);
  const topicNames = plan.topics.map(({ name }) => name);
  const pages = await startPages(clients, endpoints.sqs, topicNames, options.onPage ?? (() => {}));
  onStop(pages.stop);

  const gateway = await startGateway(endpoints, options.port ?? 0);
  onStop(gateway.stop);

  const platformLog = await openPlatformLog(home.logDir, options.onLogLine ?? (() => {}));
  onStop(platformLog.stop);
  const host = await startLambdaHost(environmentsMax, platformLog);
  onStop(host.stop);
  const slots = new Slots({
    max: environmentsMax,
    eager: availableParallelism(),
    patienceMs: PATIENCE_MS,
  });
  const functions = functionSpecs(plan.functions, endpoints, COMPILE_CACHE);
  log(`at most ${environmentsMax} Lambda environments; their logs are in ${home.logDir}`);

  const schedule = startSchedule(plan.rules, options.clock ?? systemClock, async (arn, payload) => {
    const spec = functions.get(nameOfArn(arn));
    if (!spec) return;
    const release = await slots.acquire(arn, spec.reservedConcurrency);
    await host.invoke(spec, payload).finally(release);
  });
  onStop(schedule.stop);

  const mischief = mischiefOf(options, log);
  const pollers = startMappings(plan.mappings, {
    sqs: clients.sqs,
    endpoint: endpoints.sqs,
    functions,
    host,
    slots,
    mischief,
    log,
  });
  onStop(() => Promise.all(pollers.map((poller) => poller.stop(STOP_GRACE_MS))));

  return {
    endpoint: gateway.endpoint,
    endpoints,
    exports: { AWS_ENDPOINT_URL: gateway.endpoint, ...accountVariables() },
    stackName: plan.stackName,
    outputs: outputsOf(assembly, gateway.endpoint),
    logDir: home.logDir,
    queueUrl: (queueName) => queueUrlOf(queueName, gateway.endpoint),
    environments: host.environments,
    inFlight: () => pollers.reduce((sum, poller) => sum + poller.inFlight(), 0),
    stop,
  };
}

const COMPILE_CACHE = join(ROOT, 'node_modules/.cache/fhir-failsafe');

type Home = { directory: string; logDir: string; close(): Promise<void> };

/** The data folder, or one that lasts as long as the runtime. */
async function openHome(dataDir: string | undefined): Promise<Home> {
  const directory = dataDir ? resolve(dataDir) : await mkdtemp(join(tmpdir(), 'fhir-failsafe-'));
  const logDir = join(directory, 'logs');
  await mkdir(logDir, { recursive: true });
  const close = async () => {
    if (!dataDir) await rm(directory, { recursive: true, force: true });
  };
  return { directory, logDir, close };
}

function mischiefOf(options: RuntimeOptions, log: (line: string) => void): Mischief {
  const { duplicates = 0, reorder = false } = options;
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31);
  if (duplicates > 0 || reorder) {
    log(`duplicates ${duplicates}, reordering ${reorder ? 'on' : 'off'}, seed ${seed}`);
  }
  return { duplicates, reorder, random: seededRandom(seed) };
}
