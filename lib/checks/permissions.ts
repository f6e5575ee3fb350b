/**
 * Who may do what, read from a synthesized template: one row per statement, in words that a
 * reviewer understands at once. It follows each function to its role and each role to its policies.
 * So it shows what is deployed, not what the constructs intended.
 */
export interface PermissionRow {
  readonly function: string;
  /** The statement's Sid: what it is for. */
  readonly purpose: string;
  readonly actions: string;
  readonly resources: string;
  /** Conditions that narrow it further; empty if there are none. */
  readonly only: string;
}

interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}
export interface PermissionsTemplate {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  /** `Name` has the common beginning of all names of the stage. */
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
}

interface Statement {
  readonly Sid?: string;
  readonly Effect?: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const list = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T];

const KINDS: Readonly<Record<string, readonly [kind: string, nameProperty: string]>> = {
  'AWS::SQS::Queue': ['queue', 'QueueName'],
  'AWS::SNS::Topic': ['topic', 'TopicName'],
  'AWS::DynamoDB::Table': ['table', 'TableName'],
  'AWS::S3::Bucket': ['bucket', 'BucketName'],
  'AWS::KMS::Key': ['key', ''],
  'AWS::Lambda::Function': ['function', 'FunctionName'],
  'AWS::Lambda::EventSourceMapping': ['mapping of', 'EventSourceArn'],
  'AWS::SecretsManager::Secret': ['secret', ''],
  'AWS::EC2::SecurityGroup': ['its own', ''],
};

/** A reviewer reads `critical`, not `fhir-failsafe-dev-critical`, and no account number. */
const shortName = (name: string, { Outputs }: PermissionsTemplate) =>
  name
    .replace(String(Outputs?.['Name']?.Value ?? '').replace('*', ''), '')
    .replace(/-?<AWS::AccountId>$/, '');

/** A template's value as text: references by the name of what they point to. */
function inWords(value: unknown, template: PermissionsTemplate): string {
  if (typeof value === 'string') return value;
  const [[intrinsic, argument] = ['', undefined]] = Object.entries(value ?? {});
  switch (intrinsic) {
    case 'Ref':
      return named(String(argument), template);
    case 'Fn::GetAtt':
      return named(String(list(argument)[0]), template);
    case 'Fn::Join': {
      const [separator, parts] = argument as [string, unknown[]];
      return parts.map((part) => inWords(part, template)).join(separator);
    }
    default:
      throw new Error(`permissions: no words for ${JSON.stringify(value)}`);
  }
}

function named(logicalId: string, template: PermissionsTemplate): string {
  if (logicalId.startsWith('AWS::')) return `<${logicalId}>`;
  const resource = template.Resources[logicalId];
  const [kind, property] = KINDS[resource?.Type ?? ''] ?? [];
  if (kind === undefined || property === undefined) {
    throw new Error(`permissions: no words for ${logicalId} (${resource?.Type})`);
  }
  const name = resource?.Properties?.[property] ?? aliasOf(logicalId, template);
  return name === undefined ? kind : `${kind} ${shortName(inWords(name, template), template)}`;
}

/** What distinguishes a key from the stage's one: its alias, without the common part. */
function aliasOf(keyId: string, template: PermissionsTemplate): string | undefined {
  const alias = Object.values(template.Resources).find(
    ({ Type, Properties }) =>
      Type === 'AWS::KMS::Alias' && JSON.stringify(Properties).includes(`"${keyId}"`),
  );
  const name = String(alias?.Properties?.['AliasName'] ?? '').replace('alias/', '');
  return shortName(name, template) === name ? undefined : name;
}

function onWhat({ Resource, Condition }: Statement, template: PermissionsTemplate): string {
  const resources = list(Resource).map((resource) =>
    inWords(resource, template)
      .replace(/^arn:.*:log-group:.*$/, 'its log group')
      .replace(/^arn:.*:event-source-mapping:/, ''),
  );
  const services = viaOf(Condition);
  const only = services.length > 0 ? ` by way of ${services.join(', ')}` : '';
  return resources.sort().join(', ') + only;
}

/** The services through which a key may be used. */
function viaOf(condition: unknown): string[] {
  const via = JSON.stringify(condition ?? {}).match(/"[a-z0-9]+\.",\{"Ref":"AWS::Region"\}/g);
  return (via ?? []).map((match) => match.slice(1, match.indexOf('.')));
}

/** Words for each condition that our statements use. A new condition needs an entry. */
const CONDITIONS: Readonly<Record<string, (values: string) => string>> = {
  'StringEqualsIfExists dynamodb:ReturnValues': (values) => `answering ${values}`,
  'ForAllValues:StringLike dynamodb:LeadingKeys': (values) => `of ${values}`,
  'ForAllValues:StringEquals dynamodb:Attributes': (values) => `naming ${values},`,
  'StringEqualsIfExists dynamodb:Select': () => 'and no others',
  'StringLike s3:prefix': (values) => `below ${values}`,
  'ArnEquals lambda:SourceFunctionArn': () => 'where its own code asks',
};

function inCondition(condition: unknown): string {
  if (condition === undefined || viaOf(condition).length > 0) return '';
  const said = Object.entries(condition as Record<string, Record<string, unknown>>).flatMap(
    ([operator, keys]) =>
      Object.entries(keys).map(([key, values]) =>
        CONDITIONS[`${operator} ${key}`]?.(list(values).join(' and ')),
      ),
  );
  if (said.includes(undefined)) {
    throw new Error(`permissions: no words for ${JSON.stringify(condition)}`);
  }
  return said.join(' ');
}

/** The policies of a role: attached ones, and inline ones. */
function statementsOf(roleId: string, template: PermissionsTemplate): Statement[] {
  const role = template.Resources[roleId]?.Properties ?? {};
  const attached = list(role['ManagedPolicyArns']).map((arn) => {
    const id = (arn as { Ref?: string }).Ref ?? '';
    const policy = template.Resources[id];
    if (policy === undefined) throw new Error(`permissions: ${roleId} has a policy not of ours`);
    return policy.Properties ?? {};
  });
  const onto = Object.values(template.Resources)
    .filter(({ Type }) => Type === 'AWS::IAM::Policy' || Type === 'AWS::IAM::ManagedPolicy')
    .map(({ Properties = {} }) => Properties)
    .filter(({ Roles }) => JSON.stringify(Roles ?? []).includes(`"${roleId}"`));
  const inline = list(role['Policies']) as Readonly<Record<string, unknown>>[];
  return [...attached, ...onto, ...inline].flatMap((policy) =>
    list((policy['PolicyDocument'] as { Statement: Statement | Statement[] }).Statement),
  );
}

/** One row for each statement of each function's role, in the template's order. */
export function permissionRows(template: PermissionsTemplate): PermissionRow[] {
  return Object.values(template.Resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .flatMap(({ Properties = {} }) => {
      const [roleId = ''] = list((Properties['Role'] as { 'Fn::GetAtt': string[] })['Fn::GetAtt']);
      return statementsOf(roleId, template).map((statement) => ({
        function: shortName(inWords(Properties['FunctionName'], template), template),
        purpose: statement.Sid ?? '',
        actions: `${statement.Effect === 'Deny' ? 'never ' : ''}${list(statement.Action).join(', ')}`,
        resources: onWhat(statement, template),
        only: inCondition(statement.Condition),
      }));
    });
}
