/**
 * Quotas that a template may exceed though each setting is in its range. AWS would refuse it in the middle of a
 * deployment, so synth does.
 *
 * References have no length before they are deployed: each counts as what it will be, by the name in the template.
 */

interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}
export interface MeasuredTemplate {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
}

/** The stack cannot be deployed as it is configured. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';

  constructor(problems: readonly string[]) {
    super(`stack refused: ${problems.join('; ')}`);
  }
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const POLICY_CHARACTERS_MAX = 6_144;
/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const ENV_BYTES_MAX = 4_096;
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html */
const QUEUE_POLICY_BYTES_MAX = 8_192;
const QUEUE_POLICY_PRINCIPALS_MAX = 50;
const QUEUE_POLICY_STATEMENTS_MAX = 20;
const QUEUE_POLICY_CONDITIONS_MAX = 10;
/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const TEMPLATE_BYTES_MAX = 1_000_000;
const RESOURCES_MAX = 500;

/** Of the longest regions and partitions: https://docs.aws.amazon.com/general/latest/gr/rande.html */
const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::AccountId': '123456789012',
  'AWS::Partition': 'aws-us-gov',
  'AWS::Region': 'ap-southeast-2',
  'AWS::URLSuffix': 'amazonaws.com',
};
const UUID = '12345678-1234-1234-1234-123456789012';
const NAME_OF: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
};
const BEFORE_NAME: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::Table': 'arn:aws-us-gov:dynamodb:ap-southeast-2:123456789012:table/',
  'AWS::Lambda::Function': 'arn:aws-us-gov:lambda:ap-southeast-2:123456789012:function:',
  'AWS::S3::Bucket': 'arn:aws-us-gov:s3:::',
  'AWS::SNS::Topic': 'arn:aws-us-gov:sns:ap-southeast-2:123456789012:',
  'AWS::SQS::Queue': 'https://sqs.ap-southeast-2.amazonaws.com/123456789012/',
};
/** What CloudFormation names itself. */
const NAMED_BY_AWS: Readonly<Record<string, string>> = {
  'AWS::EC2::SecurityGroup': 'sg-0123456789abcdef0',
  'AWS::KMS::Key': `arn:aws-us-gov:kms:ap-southeast-2:123456789012:key/${UUID}`,
  'AWS::Lambda::EventSourceMapping': `arn:aws-us-gov:lambda:ap-southeast-2:123456789012:event-source-mapping:${UUID}`,
};
/** Of anything else, such as a role's ARN with its generated name. */
const LONG = 'x'.repeat(128);

/** What exceeds a quota, in words. */
export function limitProblems(template: MeasuredTemplate): string[] {
  const all = Object.entries(template.Resources);
  const bytes = Buffer.byteLength(JSON.stringify(template));
  return [
    ...over('the template', bytes, TEMPLATE_BYTES_MAX, 'bytes', 'sources with their own servers'),
    ...over('the stack', all.length, RESOURCES_MAX, 'resources', 'sources with their own servers'),
    ...all.flatMap(([id, resource]) => problemsOf(id, resource, template)),
  ];
}

/** Throws {@link TooLarge} with everything that exceeds a quota. */
export function checkLimits(template: MeasuredTemplate): void {
  const problems = limitProblems(template);
  if (problems.length > 0) throw new TooLarge(problems);
}

function problemsOf(
  id: string,
  { Type, Properties = {} }: TemplateResource,
  all: MeasuredTemplate,
) {
  const size = (value: unknown) => Buffer.byteLength(JSON.stringify(written(value, all)));
  switch (Type) {
    case 'AWS::IAM::ManagedPolicy': {
      const characters = size(Properties['PolicyDocument']);
      const fewer = 'subnets, or sources with their own servers and tokens';
      return over(`policy ${id}`, characters, POLICY_CHARACTERS_MAX, 'characters', fewer);
    }
    case 'AWS::Lambda::Function': {
      const { Variables = {} } = (Properties['Environment'] ?? {}) as { Variables?: unknown };
      const what = `environment variables of ${written(Properties['FunctionName'], all)}`;
      const fewer = 'plugins, their resourceTypes, operators, or sources with their own servers';
      return over(what, size(Variables), ENV_BYTES_MAX, 'bytes', fewer);
    }
    case 'AWS::SQS::QueuePolicy': {
      const { Statement } = Properties['PolicyDocument'] as QueuePolicy;
      const bytes = size(Properties['PolicyDocument']);
      const principals = Statement.flatMap(principalsIn).length;
      const conditions = Statement.flatMap(conditionsIn).length;
      const fewer = 'senders of a lane, or operatorArns';
      return [
        ...over(`policy ${id}`, bytes, QUEUE_POLICY_BYTES_MAX, 'bytes', fewer),
        ...over(`policy ${id}`, principals, QUEUE_POLICY_PRINCIPALS_MAX, 'principals', fewer),
        ...over(`policy ${id}`, Statement.length, QUEUE_POLICY_STATEMENTS_MAX, 'statements', fewer),
        ...over(`policy ${id}`, conditions, QUEUE_POLICY_CONDITIONS_MAX, 'conditions', fewer),
      ];
    }
    default:
      return [];
  }
}

interface QueueStatement {
  readonly Principal?: object;
  readonly Condition?: Readonly<Record<string, object>>;
}
interface QueuePolicy {
  readonly Statement: readonly QueueStatement[];
}

const principalsIn = ({ Principal = {} }: QueueStatement) => Object.values(Principal).flat();

/** Each key that an operator compares is one. */
const conditionsIn = ({ Condition = {} }: QueueStatement) =>
  Object.values(Condition).flatMap((compared) => Object.keys(compared));

const over = (what: string, size: number, max: number, unit: string, fewer: string) =>
  size > max ? [`${what}: ${size} ${unit}, and AWS allows ${max}; configure fewer ${fewer}`] : [];

/** The value with each reference as long as it will be. */
function written(value: unknown, template: MeasuredTemplate): unknown {
  if (Array.isArray(value)) return value.map((each) => written(each, template));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [[key = '', argument] = []] = entries;
  if (key === 'Ref') return PSEUDO[String(argument)] ?? referred(String(argument), template);
  if (key === 'Fn::GetAtt') return referred(String((argument as string[])[0]), template);
  if (key === 'Fn::Join') {
    const [separator, parts] = argument as [string, unknown[]];
    return parts.map((part) => String(written(part, template))).join(separator);
  }
  if (key.startsWith('Fn::')) return LONG;
  return Object.fromEntries(entries.map(([name, each]) => [name, written(each, template)]));
}

function referred(id: string, template: MeasuredTemplate): string {
  const { Type = '', Properties = {} } = template.Resources[id] ?? {};
  const name = Properties[NAME_OF[Type] ?? ''];
  if (name === undefined) return NAMED_BY_AWS[Type] ?? LONG;
  return `${BEFORE_NAME[Type]}${written(name, template)}`;
}
