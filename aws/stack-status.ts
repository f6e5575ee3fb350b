import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';

/** Statuses of a stack that is being deleted, or whose creation failed. */
const GOING: readonly string[] = ['DELETE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS'];

/** Whether the whole stack is being deleted: an update may delete a resource of a stack that stays. */
export async function isGoing(
  cloudFormation: CloudFormationClient,
  stackId: string,
): Promise<boolean> {
  const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stackId }));
  return GOING.includes(Stacks?.[0]?.StackStatus ?? '');
}
