/** The stack of `cdk deploy` on an emulator: synthesize, adapt, deploy, compare. */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { ACCOUNT } from '../packages/local-lambda/template/account.ts';
import { readAssembly } from '../packages/local-lambda/template/assembly.ts';
import { adaptAssembly } from './adapt-assembly.ts';
import { cdk, contextArguments, ROOT } from './cdk.ts';
import { deployedReferences, physicalIds, urlSuffixOf } from './deployed-stack.ts';
import type { Emulator } from './endpoint.ts';
import { compareStack } from './live/compare-stack.ts';
import { liveClients } from './live/live-property.ts';
import { comparisonLines, leftOutLines } from './report.ts';

export interface DeployOptions {
  readonly emulator: Emulator;
  readonly stack: SynthesizedStack;
  /** Environment variables of the CDK and of our own clients, which lead to the emulator. */
  readonly env: NodeJS.ProcessEnv;
  readonly say: (line: string) => void;
  /** Keep the CDK's output for its failure. */
  readonly quiet?: boolean;
}

export interface Output {
  readonly name: string;
  readonly value: string;
  readonly description: string;
}

/** Where `deploy:local` synthesizes. */
export const ASSEMBLY = join(ROOT, 'build', 'emulator');

/** Emulators cannot prove senders: all messages have the same one. */
export const ONE_SENDER = 'sources.senderIds=fixed';

/** A stack in its synthesized assembly. */
export interface SynthesizedStack {
  readonly stackName: string;
  readonly directory: string;
}

/**
 * Synthesizes the stack with these settings, `key=value` each, into an emptied folder. Throws CdkFailed.
 */
export async function synthesize(
  directory: string,
  context: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<SynthesizedStack> {
  await rm(directory, { recursive: true, force: true });
  const args = ['synth', '--quiet', '--output', directory, ...contextArguments(context)];
  await cdk(args, { env, quiet: true });
  return { stackName: (await readAssembly(directory)).stackName, directory };
}

/** Bootstraps, deploys and compares. Returns the stack's outputs. Throws CdkFailed. */
export async function deployStack(options: DeployOptions): Promise<Output[]> {
  const { emulator, stack, env, say, quiet = false } = options;
  const { stackName, directory } = stack;
  for (const line of leftOutLines(await adaptAssembly(directory, emulator.name), emulator.name)) {
    say(line);
  }
  await cdk(['bootstrap', `aws://${ACCOUNT.id}/${ACCOUNT.region}`], { env, quiet: true });
  const deploy = ['deploy', '--app', directory, '--require-approval', 'never'];
  await cdk([...deploy, '--progress', 'bar'], { env, quiet });

  const { template } = await readAssembly(directory);
  const physical = await physicalIds(stackName);
  const suffix = urlSuffixOf(emulator.name, physical);
  const references = deployedReferences(template, stackName, physical, suffix);
  const findings = await compareStack({ template, physical, references, clients: liveClients() });
  for (const line of comparisonLines(findings, emulator.name)) say(line);
  return readOutputs(stackName);
}

/** Outputs of a stack that is deployed. */
export async function readOutputs(stackName: string): Promise<Output[]> {
  const client = new CloudFormationClient({});
  const answer = await client.send(new DescribeStacksCommand({ StackName: stackName }));
  return (answer.Stacks?.[0]?.Outputs ?? []).map(
    ({ OutputKey: name = '', OutputValue: value = '', Description: description = '' }) => ({
      name,
      value,
      description,
    }),
  );
}
