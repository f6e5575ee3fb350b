/**
 * Deploys the stack before the suite and destroys it afterwards: to an emulator at AWS_ENDPOINT_URL like
 * `npm run deploy:local`, or with E2E_TARGET=aws like `npx cdk deploy`, in the account of the usual
 * credentials.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { TestProject } from 'vitest/node';
import { CdkFailed, cdk } from '../../emulator/cdk.ts';
import { deployStack, type SynthesizedStack, synthesize } from '../../emulator/deploy-stack.ts';
import { destroyStack } from '../../emulator/destroy-stack.ts';
import { type Emulator, EndpointRefused } from '../../emulator/endpoint.ts';
import { openLocalTarget } from '../../emulator/local-target.ts';
import { ASSEMBLY, CONTEXT } from './settings.ts';
import { createSubscribers, deleteSubscribers } from './subscribers.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Distinguishes this run's resources from another's. */
    run: string;
  }
}

const STARTING_MS = 120_000;
const say = (line: string) => process.stderr.write(`e2e: ${line}\n`);

/** The target: an emulator, or undefined for AWS. */
async function openTarget(): Promise<{ emulator: Emulator | undefined; env: NodeJS.ProcessEnv }> {
  const wanted = process.env['E2E_TARGET'] ?? 'emulator';
  if (wanted === 'emulator') return openEmulator();
  if (wanted !== 'aws') throw new Error(`E2E_TARGET ${wanted}: it may be aws, or be left out`);
  if (process.env['AWS_ENDPOINT_URL'])
    throw new Error('E2E_TARGET=aws, but AWS_ENDPOINT_URL is set');
  return { emulator: undefined, env: process.env };
}

/** An emulator that has just started may not answer yet on a busy machine. */
async function openEmulator(): Promise<Awaited<ReturnType<typeof openLocalTarget>>> {
  const deadline = Date.now() + STARTING_MS;
  while (true) {
    try {
      return await openLocalTarget();
    } catch (error) {
      if (!(error instanceof EndpointRefused)) throw error;
      if (Date.now() >= deadline) {
        say(`error: ${error.message}`);
        process.exit(1);
      }
      await delay(1000);
    }
  }
}

async function deploy(
  stack: SynthesizedStack,
  emulator: Emulator | undefined,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  if (emulator) await deployStack({ emulator, stack, env, say, quiet: true });
  else {
    const args = ['deploy', '--app', stack.directory, '--require-approval', 'never'];
    await cdk(args, { env, quiet: true });
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const startedAt = Date.now();
  const seconds = () => `${Math.round((Date.now() - startedAt) / 1000)} s`;
  const { emulator, env } = await openTarget();
  const where = emulator ? `${emulator.name} at ${emulator.endpoint}` : 'AWS';
  const stack = await synthesize(ASSEMBLY, CONTEXT, env).catch(explain);
  const { stackName } = stack;
  // What a killed run left behind.
  if (await destroyStack({ stack, env, quiet: true })) say(`an old ${stackName} is destroyed`);

  const takeAway = async () => {
    await deleteSubscribers();
    if (process.env['E2E_KEEP'] === '1') {
      say(`E2E_KEEP=1: ${stackName} stays`);
      return;
    }
    await destroyStack({ stack, env, quiet: true }).catch(explain);
    say(`${stackName} destroyed; ${seconds()} in all`);
  };
  try {
    await deploy(stack, emulator, env).catch(explain);
    await createSubscribers();
    say(`${stackName} deployed to ${where} after ${seconds()}`);
    project.provide('run', Date.now().toString(36));
  } catch (error) {
    await takeAway();
    throw error;
  }
  return takeAway;
}

/** The CDK was told to be quiet, so its output is shown on failure. */
function explain(error: unknown): never {
  if (error instanceof CdkFailed) process.stderr.write(error.output);
  throw error;
}
