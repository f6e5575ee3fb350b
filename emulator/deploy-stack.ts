/** The stack of `cdk deploy` on an emulator: synthesize, adapt, deploy, compare. */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { roleIdsOf } from '../aws/live/iam.ts';
import { liveClients } from '../aws/live/live-property.ts';
import { deployedStack, type StackOutput, stackResources } from '../aws/live/stack.ts';
import { ACCOUNT } from '../packages/local-lambda/template/account.ts';
import { readAssembly } from '../packages/local-lambda/template/assembly.ts';
import { adaptAssembly } from './adapt-assembly.ts';
import { cdk, contextArguments, ROOT } from './cdk.ts';
import { compareStack } from './compare-stack.ts';
import { deployedReferences, urlSuffixOf } from './deployed-stack.ts';
import type { Emulator } from './endpoint.ts';
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
export async function deployStack(options: DeployOptions): Promise<StackOutput[]> {
  const { emulator, stack, env, say, quiet = false } = options;
  const { stackName, directory } = stack;
  for (const line of leftOutLines(await adaptAssembly(directory, emulator.name), emulator.name)) {
    say(line);
  }
  await cdk(['bootstrap', `aws://${ACCOUNT.id}/${ACCOUNT.region}`], { env, quiet: true });
  const deploy = ['deploy', '--app', directory, '--require-approval', 'never'];
  await cdk([...deploy, '--progress', 'bar'], { env, quiet });

  const { template } = await readAssembly(directory);
  const clients = liveClients();
  const resources = (await stackResources(clients.cloudFormation, stackName)) ?? [];
  const physical = new Map(resources.map((each) => [each.logicalId, each.physicalId]));
  const { id: stackId, outputs } = await deployedStack(clients.cloudFormation, stackName);
  const roles = resources.filter(({ type }) => type === 'AWS::IAM::Role');
  const roleIds = await roleIdsOf(
    clients.iam,
    roles.map(({ physicalId }) => physicalId),
  );
  const urlSuffix = urlSuffixOf(emulator.name, physical);
  const ids = { stackName, stackId, physical, roleIds, urlSuffix };
  const references = deployedReferences(template, ids);
  const findings = await compareStack({ template, physical, references, clients });
  for (const line of comparisonLines(findings, emulator.name)) say(line);
  return outputs;
}
