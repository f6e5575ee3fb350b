import { ArnFormat, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, type PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledge, ownLogStreams } from '../checks/acknowledgements.ts';
import { allow } from './iam-statements.ts';

/** What a function always may: the statements given, and writing its own log. */
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
    description: `What ${functionName} does`,
    statements: [
      ...statements,
      allow('OwnLog', ['logs:CreateLogStream', 'logs:PutLogEvents'], [log]),
    ],
  });
  acknowledge(policy, ownLogStreams(functionName));
  return policy;
}

/**
 * What a function may do besides, granted by other constructs. IAM allows a managed policy 6,144 characters, and one
 * for everything would be larger: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export const grantedPolicy = (scope: Construct, functionName: string) =>
  new ManagedPolicy(scope, 'Granted', { description: `What ${functionName} is granted` });
