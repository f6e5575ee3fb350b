import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';

/** A stack that is being taken away, or that was never finished and is. */
const GOING: readonly string[] = ['DELETE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS'];

/** Whether the whole stack goes: an update may delete a resource of a stack that stays. */
export async function isGoing(
  cloudFormation: CloudFormationClient,
  stackId: string,
): Promise<boolean> {
  const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stackId }));
  return GOING.includes(Stacks?.[0]?.StackStatus ?? '');
}
