/**
 * The policy of the role that erases patients (docs/retention.md). It can read all PHI of the stage, so it
 * is a role of its own, assumed for the purpose.
 */
export interface Where {
  readonly stage: string;
  readonly account: string;
  readonly region: string;
  readonly partition?: string;
}

interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const LANE_QUEUES = ['critical', 'background'].flatMap((lane) =>
  ['', '-isolation', '-dead-letter'].map((suffix) => lane + suffix),
);
const ASKED_FUNCTIONS = ['audit', 'validate-critical', 'validate-background', 'quarantine'];

export function eraserPolicy(where: Where): { Version: string; Statement: readonly Statement[] } {
  const { stage, account, region, partition = 'aws' } = where;
  const stack = `fhir-failsafe-${stage}`;
  const arn = (service: string, rest: string) =>
    `arn:${partition}:${service}:${region}:${account}:${rest}`;
  const table = (name: string) => arn('dynamodb', `table/${stack}-${name}`);
  const bucket = `arn:${partition}:s3:::${stack}-bodies-${account}`;
  const allow = (Sid: string, Action: string[], Resource: string[], Condition = {}): Statement => ({
    ...{ Sid, Effect: 'Allow', Action, Resource },
    ...(Object.keys(Condition).length > 0 && { Condition }),
  });
  return {
    Version: '2012-10-17',
    Statement: [
      allow(
        'FindAndEmptyItems',
        ['dynamodb:Scan', 'dynamodb:GetItem', 'dynamodb:UpdateItem'],
        [table('resources'), table('quarantine')],
      ),
      allow(
        'RecordTheErasure',
        ['dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
        [table('erasures')],
      ),
      allow('FindBodies', ['s3:ListBucketVersions'], [bucket]),
      allow('DeleteBodies', ['s3:GetObjectVersion', 's3:DeleteObjectVersion'], [`${bucket}/*`]),
      allow(
        'TellTheAuditLog',
        ['sqs:SendMessage', 'sqs:GetQueueUrl'],
        [arn('sqs', `${stack}-audit.fifo`)],
      ),
      allow(
        'CountWhatWaits',
        ['sqs:GetQueueUrl', 'sqs:GetQueueAttributes'],
        LANE_QUEUES.map((name) => arn('sqs', `${stack}-${name}`)),
      ),
      allow(
        'AskHowLongFunctionsRun',
        ['lambda:GetFunctionConfiguration'],
        ASKED_FUNCTIONS.map((name) => arn('lambda', `function:${stack}-${name}`)),
      ),
      // CloudFormation chooses its name.
      allow(
        'ReadTheKeyOfHashes',
        ['secretsmanager:GetSecretValue'],
        [arn('secretsmanager', 'secret:*')],
        {
          StringEquals: { 'aws:ResourceTag/aws:cloudformation:stack-name': stack },
        },
      ),
      allow('UseTheKeyOfTheStage', ['kms:Decrypt', 'kms:GenerateDataKey'], [arn('kms', 'key/*')], {
        'ForAnyValue:StringEquals': { 'kms:ResourceAliases': `alias/${stack}` },
      }),
    ],
  };
}
