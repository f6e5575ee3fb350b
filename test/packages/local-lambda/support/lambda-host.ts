/** A Lambda host for the tests of a file, and functions of a line or two for it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import {
  type FunctionSpec,
  functionSpecs,
} from '../../../../packages/local-lambda/lambda/function-spec.ts';
import { type LambdaHost, startLambdaHost } from '../../../../packages/local-lambda/lambda/host.ts';
import type { Outcome, Refusal } from '../../../../packages/local-lambda/lambda/outcome.ts';
import {
  type LogLine,
  openPlatformLog,
  type PlatformLog,
} from '../../../../packages/local-lambda/lambda/platform-log.ts';
import { writeHandler } from './tiny-assembly.ts';

interface Limits {
  readonly Timeout?: number;
  readonly MemorySize?: number;
}

/** Call it once in a file; use its result inside tests. */
export function useLambdaHost(environmentsMax: number) {
  let folder: string;
  let log: PlatformLog;
  let host: LambdaHost;
  const lines: LogLine[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'host-test-'));
    log = await openPlatformLog(join(folder, 'logs'));
    log.listen((line) => lines.push(line));
    host = await startLambdaHost(environmentsMax, log);
  });
  afterAll(async () => {
    await host.stop();
    await log.stop();
    await rm(folder, { recursive: true });
  });

  async function functionOf(name: string, source: string, properties: Limits = {}) {
    const codeDirectory = await writeHandler(join(folder, name), source);
    const plan = {
      logicalId: name,
      name,
      codeDirectory,
      properties: {
        Code: {},
        Handler: 'handler.handler',
        Timeout: 5,
        MemorySize: 256,
        Environment: { Variables: { OWN: 'yes' } },
        ...properties,
      },
    };
    const at = (port: number) => `http://127.0.0.1:${port}`;
    const endpoints = { sqs: at(1), dynamodb: at(2), lambda: at(3), secretsmanager: at(4) };
    const spec = functionSpecs([plan], endpoints, join(folder, 'cache')).get(name);
    if (!spec) throw new Error('the plan has one function');
    return spec;
  }

  async function run(spec: FunctionSpec, payload: string): Promise<Outcome | Refusal> {
    const lease = await host.acquire('test', 10, spec);
    return lease.invoke(() => payload);
  }

  /** The platform's records of a function so far. */
  function records(functionName: string): { type: string; record: Record<string, unknown> }[] {
    return lines
      .filter((line) => line.functionName === functionName && line.line.includes('"platform.'))
      .map(({ line }) => JSON.parse(line));
  }

  /** All that a function has logged so far. */
  function linesOf(functionName: string): string[] {
    return lines.filter((line) => line.functionName === functionName).map(({ line }) => line);
  }

  return {
    functionOf,
    run,
    records,
    linesOf,
    logOf: (functionName: string) => join(folder, 'logs', `${functionName}.log`),
    environments: () => host.environments(),
    throttle: (functionName: string) => host.throttle(functionName),
    shareProcessor: (share: number) => host.shareProcessor(share),
  };
}

/** A function's answer. */
export function parsed(outcome: { status: string; payload?: string }): unknown {
  return JSON.parse(outcome.payload ?? 'null');
}
