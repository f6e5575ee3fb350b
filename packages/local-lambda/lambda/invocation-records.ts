/** The platform's records of one environment's life, shaped as in CloudWatch Logs. */
import type { Environment } from './environment.ts';
import type { Failure, Outcome } from './outcome.ts';
import { type PlatformLog, statusOf } from './platform-log.ts';

const MIB = 1024 * 1024;

const INIT = { initializationType: 'on-demand', phase: 'init' };

/** An init has no request id, as on AWS. */
export function recordInitStart(log: PlatformLog, environment: Environment): void {
  log.platform(originOf(environment), 'platform.initStart', {
    ...INIT,
    functionName: environment.spec.name,
    functionVersion: '$LATEST',
    runtimeVersion: `nodejs:${process.versions.node}`,
  });
}

export function recordInitReport(
  log: PlatformLog,
  environment: Environment,
  durationMs: number,
  failure: Failure | undefined,
): void {
  log.platform(originOf(environment), 'platform.initReport', {
    ...INIT,
    ...(failure ? statusOf(failure) : { status: 'success' }),
    metrics: { durationMs: round(durationMs) },
  });
}

export function recordStart(log: PlatformLog, environment: Environment, requestId: string): void {
  log.platform(originOf(environment), 'platform.start', { requestId, version: '$LATEST' });
}

export function recordReport(
  log: PlatformLog,
  environment: Environment,
  requestId: string,
  outcome: Outcome,
  times: { durationMs: number; initDurationMs?: number },
): void {
  const status = statusOf(outcome);
  const durationMs = round(times.durationMs);
  log.platform(originOf(environment), 'platform.runtimeDone', {
    requestId,
    ...status,
    metrics: { durationMs },
  });
  log.platform(originOf(environment), 'platform.report', {
    requestId,
    ...status,
    metrics: {
      durationMs,
      billedDurationMs: Math.ceil(durationMs),
      memorySizeMB: environment.spec.memoryMb,
      maxMemoryUsedMB: Math.ceil(environment.memoryUsed / MIB),
      ...(times.initDurationMs ? { initDurationMs: round(times.initDurationMs) } : {}),
    },
  });
}

function originOf(environment: Environment): { functionName: string; logStream: string } {
  return { functionName: environment.spec.name, logStream: environment.logStream };
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
