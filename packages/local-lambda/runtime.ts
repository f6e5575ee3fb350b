/**
 * The stack on this machine: the synthesized template is provisioned into embedded emulators, and
 * its functions run as child processes. The start reads in order; the stop runs in reverse.
 */
import { resolve } from 'node:path';
import { accessOf } from './access/access.ts';
import { checkDeployment } from './access/deployment.ts';
import { Permissions } from './access/permissions.ts';
import { createClients, destroyClients, type Endpoints } from './clients.ts';
import type { LiveEnvironment } from './control.ts';
import { Deployments } from './deployments.ts';
import { httpCalls } from './emulators/calls.ts';
import { startEmulators } from './emulators/emulators.ts';
import {
  chance,
  type MischiefOptions,
  mischiefOf,
  randomSeed,
} from './event-source/duplicates-and-reordering.ts';
import type { FailedBatch } from './event-source/mappings.ts';
import { startGateway } from './gateway.ts';
import { openHome } from './home.ts';
import { findLines } from './lambda/find-lines.ts';
import { accountVariables, defaultEnvironmentsMax, functionSpecs } from './lambda/function-spec.ts';
import { startLambdaHost } from './lambda/host.ts';
import { type LogLine, openPlatformLog } from './lambda/platform-log.ts';
import { startLambdaApi } from './lambda-api/lambda-api.ts';
import type { LogDelivery } from './logs/delivery-delay.ts';
import { type Page, startPages } from './pages.ts';
import { provision } from './provision/provision.ts';
import { type Clock, systemClock } from './schedule.ts';
import { secretsOf, startSecretsManager } from './secrets.ts';
import { readAssembly } from './template/assembly.ts';
import { outputsOf, planOf, queueUrlOf } from './template/plan.ts';
import { startTriggers, type UnderWay } from './triggers.ts';

/** V8's compiled code, so that a replaced environment starts sooner. */
const COMPILE_CACHE = resolve('node_modules/.cache/local-lambda');

export type RuntimeOptions = MischiefOptions & {
  /** Folder of the synthesized assembly. */
  assembly: string;
  /** Port of the gateway. Default: a free one. */
  port?: number;
  /** Keeps queues, tables, buckets and logs between runs. */
  dataDir?: string;
  /** Maximum number of Lambda environments. Default: 6 per core. */
  environmentsMax?: number;
  /** Probability that a frozen environment's idle connections are lost, 0 to 1. Default: 0. */
  lostConnections?: number;
  /** How log lines reach their subscribers. Default: at once and in one delivery. */
  logDelivery?: LogDelivery;
  /**
   * Whether a function logs, as `local.unfinished`, the work that is left when its handler has
   * responded. It slows functions down.
   */
  reportUnfinished?: boolean;
  log?: (line: string) => void;
  onPage?: (page: Page) => void;
  /** Called for each log line of a function or of the platform. */
  onLogLine?: (line: LogLine) => void;
  /** Called for each batch of a mapping whose function failed or was throttled. */
  onFailedBatch?: (failed: FailedBatch) => void;
  clock?: Clock;
  /** Puts something between the pipeline and its emulators, such as a counter of calls. */
  through?: (endpoints: Endpoints) => Promise<Endpoints>;
};

export type Runtime = {
  /** URL of the gateway: one address for all services. */
  endpoint: string;
  /** The emulators' own URLs, for clients in this process. */
  endpoints: Endpoints;
  /** The environment variables that point the AWS SDK and CLI at the gateway. */
  exports: Record<string, string>;
  stackName: string;
  /** The stack's outputs by logical id. */
  outputs: Record<string, string>;
  /** Folder of the functions' logs, `<function>.log`. */
  logDir: string;
  /** Its address at the gateway. It is not checked whether there is such a queue. */
  queueUrl(queueName: string): string;
  /** Names of all functions. */
  functions: string[];
  environments(): LiveEnvironment[];
  /** Number of messages, lines and events outside of the queues. */
  underWay(counts?: (queueName: string) => boolean): UnderWay;
  /** Their sum. */
  inFlight(counts?: (queueName: string) => boolean): number;
  /**
   * Refuses a function's invocations, as an account at its concurrency limit does, until the
   * returned function is called.
   */
  throttleFunction(functionName: string): () => void;
  /**
   * Lets each environment run for this share (0 to 1) of the time, until the returned function is called.
   */
  shareProcessor(share: number): () => void;
  stop(): Promise<void>;
};

type Step = () => unknown;

/**
 * Starts everything. If a step fails, stops what had started.
 * @throws an error named `TemplateError` if the folder holds no assembly of one stack, or its template something that is
 * not imitated and cannot be ignored
 */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const undo: Step[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    return { ...(await start(options, (step) => undo.push(step))), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  options: RuntimeOptions,
  onStop: (step: Step) => void,
): Promise<Omit<Runtime, 'stop'>> {
  const { log = () => {}, onPage = () => {}, onLogLine = () => {}, clock = systemClock } = options;
  const environmentsMax = options.environmentsMax ?? defaultEnvironmentsMax();
  const seed = options.seed ?? randomSeed();
  const assembly = await readAssembly(resolve(options.assembly));
  const home = await openHome(options.dataDir);
  onStop(home.close);

  const access = accessOf(assembly);
  const emulators = await startEmulators(options.dataDir && home.directory, access, log);
  onStop(emulators.stop);
  const endpoints = (await options.through?.(emulators.endpoints)) ?? emulators.endpoints;
  const calls = options.through && httpCalls(endpoints.sqs);
  onStop(() => calls?.stop());
  const call = calls?.call ?? emulators.call;
  const clients = createClients(endpoints);
  onStop(() => destroyClients(clients));
  const plan = planOf(assembly, endpoints.sqs);
  checkDeployment(access, plan);
  await provision(clients, endpoints.sqs, plan);

  const pages = await startPages({ clients, call }, endpoints.sqs, plan.topics, onPage);
  onStop(pages.stop);
  const permissions = new Permissions(access, log);
  const lambdaApi = await startLambdaApi(permissions);
  onStop(lambdaApi.stop);
  const secrets = await startSecretsManager(
    await secretsOf(plan.secrets, home.directory),
    permissions,
  );
  onStop(secrets.stop);
  const services = {
    ...endpoints,
    lambda: lambdaApi.endpoint,
    secretsmanager: secrets.endpoint,
  };
  const gateway = await startGateway(services, options.port ?? 0);
  onStop(gateway.stop);

  const platformLog = await openPlatformLog(home.logDir);
  onStop(platformLog.stop);
  platformLog.listen(onLogLine);
  const losesConnections = chance(options.lostConnections ?? 0, seed);
  const host = await startLambdaHost(environmentsMax, platformLog, (environmentId) => {
    if (!losesConnections()) return;
    emulators.loseConnections(environmentId);
    lambdaApi.loseConnections(environmentId);
  });
  onStop(host.stop);
  log(
    `at most ${environmentsMax} Lambda environments; their logs are in ${home.logDir}; seed ${seed}`,
  );

  const functions = functionSpecs(plan.functions, services, COMPILE_CACHE);
  if (options.reportUnfinished) {
    for (const { variables } of functions.values()) variables['LOCAL_REPORT_UNFINISHED'] = 'on';
  }
  const deployments = new Deployments(functions, host.replace);
  gateway.serve({
    environments: host.environments,
    functions: deployments.list,
    breakFunction: deployments.breakOrMend,
    listen: (listener) =>
      platformLog.listen((line) => {
        if (line.line.includes('"_aws"')) listener(line);
      }),
    findLines: (text) => findLines(home.logDir, text),
  });
  const triggers = startTriggers(plan, {
    clients,
    call,
    endpoints,
    functions,
    host,
    platformLog,
    clock,
    mischief: mischiefOf({ ...options, seed }, log),
    logDelivery: options.logDelivery ?? {},
    onFailedBatch: options.onFailedBatch ?? (() => {}),
    log,
  });
  onStop(triggers.stop);
  lambdaApi.serve({ functions, mappings: triggers.mappings, invokeNow: host.invokeNow });

  return {
    endpoint: gateway.endpoint,
    endpoints,
    exports: { AWS_ENDPOINT_URL: gateway.endpoint, ...accountVariables() },
    stackName: plan.stackName,
    outputs: outputsOf(assembly, gateway.endpoint),
    logDir: home.logDir,
    queueUrl: (queueName) => queueUrlOf(queueName, gateway.endpoint),
    functions: [...functions.keys()],
    environments: host.environments,
    throttleFunction: host.throttle,
    shareProcessor: host.shareProcessor,
    underWay: triggers.underWay,
    inFlight: (counts) => Object.values(triggers.underWay(counts)).reduce((a, b) => a + b),
  };
}
