/**
 * The Lambda service. It starts an environment if none is warm for an event, and uses an
 * environment again while it lives. The number of environments is limited.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Environment } from './environment.ts';
import type { FunctionSpec } from './function-spec.ts';
import {
  recordInitReport,
  recordInitStart,
  recordReport,
  recordStart,
} from './invocation-records.ts';
import { watchMemory } from './memory-watch.ts';
import { type Failure, type Outcome, type Refusal, throttled } from './outcome.ts';
import { placeFor } from './placement.ts';
import type { PlatformLog } from './platform-log.ts';
import { shareProcessor } from './processor-share.ts';
import { startReaper } from './reaper.ts';
import { startRuntimeApi } from './runtime-api.ts';
import { Turns } from './turns.ts';

/** The right to one invocation. Invoke or give it back. */
export type Lease = {
  /** `payload` is called once the environment can take it. The event itself is kept nowhere while the function runs. */
  invoke(payload: () => string): Promise<Outcome | Refusal>;
  giveBack(): void;
};

export type LambdaHost = {
  /**
   * Waits until the function may run once more. `owner` (a mapping, a rule) is the caller, which
   * never runs more than `ownerMax` at a time. With a head start it may run that many more than
   * other callers before they are served first.
   */
  acquire(owner: string, ownerMax: number, spec: FunctionSpec, headStart?: number): Promise<Lease>;
  /** For callers without a queue: runs at once, or as soon as the machine has room. */
  invokeNow(spec: FunctionSpec, payload: string): Promise<Outcome | Refusal>;
  /**
   * Refuses the function's invocations until the returned function is called. Pollers go on, so
   * messages spend receives and become visible again after their visibility timeout.
   */
  throttle(functionName: string): () => void;
  /**
   * Each environment runs for this share (0 to 1) of the time, until the returned function is
   * called.
   */
  shareProcessor(share: number): () => void;
  environments(): { functionName: string; pid: number; busy: boolean }[];
  /** Ends a function's environments, as a deployment does. Running invocations finish first. */
  replace(functionName: string): void;
  stop(): Promise<void>;
};

/** In place of an environment: the function is throttled. */
const REFUSED = { refused: true } as const;

/** How long an invocation waits for a warm environment before another one is started (placement.ts). */
const PATIENCE_MS = 3_000;
/** Longer than nearly all batches of `npm start` take on two cores with nothing beside it. */
const HELD_MS = 1_500;
const RECHECK_MS = 500;

/** `onFrozen` is called when an environment asks for its next event. */
export async function startLambdaHost(
  environmentsMax: number,
  log: PlatformLog,
  onFrozen: (environmentId: string) => void = () => {},
): Promise<LambdaHost> {
  const policy = {
    max: environmentsMax,
    eager: availableParallelism(),
    patienceMs: PATIENCE_MS,
    heldMs: HELD_MS,
  };
  const api = await startRuntimeApi();
  const reaper = startReaper();
  const environments = new Set<Environment>();
  const memory = watchMemory(() => [...environments]);
  const refusing = new Set<string>();
  const replaced = new WeakSet<Environment>();
  const turns = new Turns<FunctionSpec, Environment | typeof REFUSED>(
    RECHECK_MS,
    (spec, waitedMs) => {
      if (refusing.has(spec.name)) return REFUSED;
      if (busyOf(spec.name) >= spec.reservedConcurrency) return undefined;
      const alive = [...environments].filter((environment) => environment.alive);
      const asking = { functionName: spec.name, waitedMs, now: performance.now() };
      const place = placeFor(asking, alive, policy);
      if (!place) return undefined;
      if (place.type === 'instead') place.environment.stop();
      const environment = place.type === 'warm' ? place.environment : started(spec);
      environment.busy = true;
      return environment;
    },
  );

  function busyOf(name: string): number {
    const ofName = [...environments].filter(({ functionName }) => functionName === name);
    return ofName.filter(({ busy }) => busy).length;
  }

  function started(spec: FunctionSpec): Environment {
    const id = randomBytes(16).toString('hex');
    const environment: Environment = new Environment(spec, id, {
      api,
      onLine: (line) =>
        log.line({ functionName: spec.name, logStream: environment.logStream }, line),
      onFrozen: () => onFrozen(id),
    });
    environments.add(environment);
    reaper.watch(pids());
    environment.gone.then(() => {
      environments.delete(environment);
      reaper.watch(pids());
      turns.advance();
    });
    return environment;
  }

  /** Without those whose process the system did not start, which have no id. */
  function withProcess(): Environment[] {
    return [...environments].filter(({ pid }) => pid > 0);
  }

  function pids(): number[] {
    return withProcess().map(({ pid }) => pid);
  }

  async function initialize(environment: Environment): Promise<Initialization> {
    recordInitStart(log, environment);
    const startedAt = performance.now();
    const failure = await environment.initialized;
    const initDurationMs = performance.now() - startedAt;
    recordInitReport(log, environment, initDurationMs, failure);
    return { initDurationMs, ...(failure ? { failure } : {}) };
  }

  async function invoke(environment: Environment, payload: () => string): Promise<Outcome> {
    const cold = environment.lastUsedAt === 0;
    const { failure, ...init } = cold ? await initialize(environment) : {};
    const requestId = randomUUID();
    recordStart(log, environment, requestId);
    const startedAt = performance.now();
    environment.lastUsedAt = startedAt;
    const outcome = failure ?? (await environment.invoke(requestId, payload));
    const durationMs = performance.now() - startedAt;
    recordReport(log, environment, requestId, outcome, { durationMs, ...init });
    return outcome;
  }

  async function acquire(
    owner: string,
    ownerMax: number,
    spec: FunctionSpec,
    headStart = 0,
  ): Promise<Lease> {
    const { place: environment, end } = await turns.wait(owner, ownerMax, spec, headStart);
    if (!(environment instanceof Environment)) {
      return { invoke: () => Promise.resolve(throttled()).finally(end), giveBack: end };
    }
    const giveBack = () => {
      environment.busy = false;
      if (replaced.has(environment)) void environment.stop();
      end();
    };
    return { invoke: (payload) => invoke(environment, payload).finally(giveBack), giveBack };
  }

  return {
    acquire,
    async invokeNow(spec, payload) {
      const full = busyOf(spec.name) >= spec.reservedConcurrency;
      if (full || refusing.has(spec.name)) return throttled();
      const lease = await acquire(`invoke ${spec.name}`, spec.reservedConcurrency, spec);
      return lease.invoke(() => payload);
    },
    throttle(functionName) {
      refusing.add(functionName);
      turns.advance();
      return () => refusing.delete(functionName);
    },
    shareProcessor: (share) => shareProcessor(() => [...environments], share),
    environments: () =>
      withProcess().map(({ functionName, pid, busy }) => ({ functionName, pid, busy })),
    replace(functionName) {
      for (const environment of environments) {
        if (environment.functionName !== functionName) continue;
        if (environment.busy) replaced.add(environment);
        else void environment.stop();
      }
    },
    async stop() {
      memory.stop();
      await Promise.all([...environments].map((environment) => environment.stop()));
      reaper.stop();
      await api.stop();
    },
  };
}

type Initialization = { initDurationMs?: number; failure?: Failure };
