/**
 * The Lambda service: environments are started when an event finds none warm, used again while
 * they live, never more at a time than the bound, and the longest idle one of another function
 * makes room.
 */
import assert from 'node:assert';
import { randomBytes, randomUUID } from 'node:crypto';
import { Environment } from './environment.ts';
import type { FunctionSpec } from './function-spec.ts';
import {
  recordInitReport,
  recordInitStart,
  recordReport,
  recordStart,
} from './invocation-records.ts';
import { watchMemory } from './memory-watch.ts';
import type { Failure, Outcome } from './outcome.ts';
import type { PlatformLog } from './platform-log.ts';
import { startReaper } from './reaper.ts';
import { startRuntimeApi } from './runtime-api.ts';

export type LambdaHost = {
  /** Runs an event (JSON). The caller holds a slot, which keeps the bound. */
  invoke(spec: FunctionSpec, payload: string): Promise<Outcome>;
  environments(): { functionName: string; pid: number }[];
  stop(): Promise<void>;
};

type Initialization = { initDurationMs?: number; failure?: Failure };

export async function startLambdaHost(
  environmentsMax: number,
  log: PlatformLog,
): Promise<LambdaHost> {
  const api = await startRuntimeApi();
  const reaper = startReaper();
  const environments = new Set<Environment>();
  const memory = watchMemory(() => [...environments]);

  function started(spec: FunctionSpec): Environment {
    const id = randomBytes(16).toString('hex');
    const environment: Environment = new Environment(spec, id, api, (line) =>
      log.line({ functionName: spec.name, logStream: environment.logStream }, line),
    );
    environments.add(environment);
    reaper.watch(pids());
    environment.gone.then(() => {
      environments.delete(environment);
      reaper.watch(pids());
    });
    return environment;
  }

  function pids(): number[] {
    return [...environments].map(({ pid }) => pid);
  }

  /** An idle environment of the function, or a new one. */
  function take(spec: FunctionSpec): { environment: Environment; cold: boolean } {
    const alive = [...environments].filter((environment) => environment.alive);
    const idle = alive
      .filter((environment) => !environment.busy)
      .sort((a, b) => b.lastUsedAt - a.lastUsedAt);
    const warm = idle.find((environment) => environment.spec.name === spec.name);
    if (warm) return { environment: warm, cold: false };
    const evicted = alive.length >= environmentsMax ? idle.at(-1) : undefined;
    assert(evicted || alive.length < environmentsMax, 'whoever invokes holds a slot');
    evicted?.stop();
    return { environment: started(spec), cold: true };
  }

  async function initialize(environment: Environment): Promise<Initialization> {
    recordInitStart(log, environment);
    const startedAt = performance.now();
    const failure = await environment.initialized;
    const initDurationMs = performance.now() - startedAt;
    recordInitReport(log, environment, initDurationMs, failure);
    return { initDurationMs, ...(failure ? { failure } : {}) };
  }

  return {
    async invoke(spec, payload) {
      const { environment, cold } = take(spec);
      environment.busy = true;
      const { failure, ...init } = cold ? await initialize(environment) : {};
      const requestId = randomUUID();
      recordStart(log, environment, requestId);
      const startedAt = performance.now();
      const outcome = failure ?? (await environment.invoke(requestId, payload));
      const durationMs = performance.now() - startedAt;
      recordReport(log, environment, requestId, outcome, { durationMs, ...init });
      environment.lastUsedAt = startedAt;
      environment.busy = false;
      return outcome;
    },
    environments: () =>
      [...environments].map(({ spec, pid }) => ({ functionName: spec.name, pid })),
    async stop() {
      memory.stop();
      await Promise.all([...environments].map((environment) => environment.stop()));
      reaper.stop();
      await api.stop();
    },
  };
}
