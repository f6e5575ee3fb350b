/** Resources of a template that hold data, or whose name is unique, by logical id. */
import { synthesized, type TestResource } from './synthesized.ts';

/** Types of such resources, with the property that names them. */
const NAMED_BY: Readonly<Record<string, string>> = {
  'AWS::CloudTrail::Trail': 'TrailName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::Glue::Database': 'DatabaseInput',
  'AWS::KMS::Alias': 'AliasName',
  'AWS::KMS::Key': '',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SecretsManager::Secret': 'Name',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
};

/** A config with every option on. */
const EVERYTHING = {
  'delivery.endpoint': 'https://fhir.example.org/r4',
  'terminology.endpoint': 'https://tx.example.org/r4',
  'trail.dataEvents': 'on',
};
const SOURCES = {
  sources: { known: { lab: { senders: ['AROAEXAMPLELAB0000001'], ratePerMinute: 60 } } },
};

/** A name as text, with references in angle brackets. */
export function spelled(name: unknown): string {
  if (typeof name !== 'object' || name === null) return String(name ?? '');
  const { Name, Ref, 'Fn::Join': join } = name as Record<string, unknown>;
  if (Ref !== undefined) return `<${String(Ref)}>`;
  if (join === undefined) return spelled(Name);
  return (join as [string, unknown[]])[1].map(spelled).join('');
}

/** `<type> <physical name>` by logical id, of a stage with everything switched on. */
export function statefulResources(context: Readonly<Record<string, string>>) {
  const template = synthesized({ ...EVERYTHING, ...context }, SOURCES);
  const { Resources } = template.toJSON() as {
    Resources: Record<string, TestResource>;
  };
  const found = Object.entries(Resources).flatMap(([logicalId, { Type, Properties }]) => {
    const naming = NAMED_BY[Type];
    if (naming === undefined) return [];
    return [[logicalId, `${Type} ${spelled(Properties?.[naming])}`.trimEnd()] as const];
  });
  return Object.fromEntries(found.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
