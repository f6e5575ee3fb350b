/** The stack of `cdk deploy` to an emulator: synthesize, adapt, deploy, compare. */

import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { ACCOUNT } from '../local/template/account.ts';
import { readAssembly } from '../local/template/assembly.ts';
import { adaptAssembly } from './adapt-assembly.ts';
import { cdk, contextArguments, ROOT } from './cdk.ts';
import { deployedReferences, physicalIds } from './deployed-stack.ts';
import type { Emulator } from './endpoint.ts';
import { compareStack } from './live/compare-stack.ts';
import { liveClients } from './live/live-property.ts';
import { comparisonLines, leftOutLines } from './report.ts';

export interface DeployOptions {
  readonly emulator: Emulator;
  /** `key=value` pairs for `-c`. */
  readonly context: readonly string[];
  /** Environment of the CDK and of our own clients, by which they find the emulator. */
  readonly env: NodeJS.ProcessEnv;
  readonly say: (line: string) => void;
  /** Keep what the CDK says for its failure. */
  readonly quiet?: boolean;
}

export interface Output {
  readonly name: string;
  readonly value: string;
  readonly description: string;
}

/** Where the assembly for emulators lies: beside the one of the local runtime, never the same. */
export const ASSEMBLY = join(ROOT, 'build', 'emulator');

/** Synthesizes the stack with this context. Returns its name. Throws CdkFailed. */
export async function synthesize(
  options: Pick<DeployOptions, 'context' | 'env'> & { quiet?: boolean; directory?: string },
): Promise<string> {
  const { context, env, quiet = false, directory = ASSEMBLY } = options;
  const args = ['synth', '--quiet', '--output', directory, ...contextArguments(context)];
  await cdk(args, { env, quiet });
  return (await readAssembly(directory)).stackName;
}

/** Bootstraps, deploys and compares. Returns the stack's outputs. Throws CdkFailed. */
export async function deployStack(options: DeployOptions): Promise<Output[]> {
  const { emulator, env, say, quiet = false } = options;
  const stackName = await synthesize(options);
  for (const line of leftOutLines(await adaptAssembly(ASSEMBLY, emulator.name), emulator.name)) {
    say(line);
  }
  await cdk(['bootstrap', `aws://${ACCOUNT.id}/${ACCOUNT.region}`], { env, quiet: true });
  const deploy = ['deploy', '--app', ASSEMBLY, '--require-approval', 'never'];
  await cdk([...deploy, '--progress', 'bar'], { env, quiet });

  const { template } = await readAssembly(ASSEMBLY);
  const physical = await physicalIds(stackName);
  const references = deployedReferences(template, stackName, physical);
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
