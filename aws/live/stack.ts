/** A deployed stack as CloudFormation knows it. */
import {
  type CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';

export interface StackOutput {
  readonly name: string;
  readonly value: string;
  readonly description: string;
}

export interface StackResource {
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
}

export interface DeployedStack {
  /** Its ARN, which ends with an id of its own. */
  readonly id: string;
  readonly outputs: StackOutput[];
}

export async function deployedStack(
  cloudFormation: CloudFormationClient,
  stackName: string,
): Promise<DeployedStack> {
  const command = new DescribeStacksCommand({ StackName: stackName });
  const { Stacks: [stack] = [] } = await cloudFormation.send(command);
  const outputs = (stack?.Outputs ?? []).map(
    ({ OutputKey: name = '', OutputValue: value = '', Description: description = '' }) => ({
      name,
      value,
      description,
    }),
  );
  return { id: stack?.StackId ?? '', outputs };
}

/** Undefined if there is no such stack. */
export async function stackResources(
  cloudFormation: CloudFormationClient,
  stackName: string,
): Promise<StackResource[] | undefined> {
  const command = new DescribeStackResourcesCommand({ StackName: stackName });
  const answer = await cloudFormation.send(command).catch((error: unknown) => {
    if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
    throw error;
  });
  return answer?.StackResources?.map(
    ({ LogicalResourceId = '', PhysicalResourceId = '', ResourceType = '' }) => ({
      logicalId: LogicalResourceId,
      physicalId: PhysicalResourceId,
      type: ResourceType,
    }),
  );
}
