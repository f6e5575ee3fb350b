import { TemplateError } from '../template/resolve.ts';

const LOGS = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'];
const QUEUES = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
const INTERFACES = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/**
 * The actions of the policies that CDK attaches to functions. Each is allowed on everything.
 * https://docs.aws.amazon.com/lambda/latest/dg/permissions-managed-policies.html
 */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  AWSLambdaBasicExecutionRole: LOGS,
  AWSLambdaVPCAccessExecutionRole: [...LOGS, ...INTERFACES],
  AWSLambdaSQSQueueExecutionRole: [...QUEUES, ...LOGS],
  CloudWatchLambdaInsightsExecutionRolePolicy: LOGS,
  AWSXRayDaemonWriteAccess: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
};

/** The document of a policy that AWS manages. Throws {@link TemplateError} for another. */
export function managedByAws(arn: string, where: string): unknown {
  const [, name = ''] = /^arn:[\w-]+:iam::aws:policy\/(?:service-role\/)?(\w+)$/.exec(arn) ?? [];
  const Action = ACTIONS[name];
  if (Action) return { Statement: [{ Effect: 'Allow', Action, Resource: '*' }] };
  throw new TemplateError(
    `${where}: the local runtime does not know the statements of the policy ${arn}`,
  );
}
