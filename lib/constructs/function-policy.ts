import { ArnFormat, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, type PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledge, ownLogStreams } from '../checks/acknowledgements.ts';
import { allow } from './iam-statements.ts';

/** All that a function may do: the statements given, and writing its own log. */
export function functionPolicy(
  scope: Construct,
  functionName: string,
  statements: readonly PolicyStatement[],
): ManagedPolicy {
  const log = Stack.of(scope).formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: `/aws/lambda/${functionName}:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const policy = new ManagedPolicy(scope, 'Policy', {
    description: `All that ${functionName} does`,
    statements: [
      ...statements,
      allow('OwnLog', ['logs:CreateLogStream', 'logs:PutLogEvents'], [log]),
    ],
  });
  acknowledge(policy, ownLogStreams(functionName));
  return policy;
}
