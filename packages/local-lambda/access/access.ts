/**
 * Who may do what, read from the template: the statements of the functions' roles, the policies of
 * queues, topics and buckets, and the keys that encrypt them.
 */

import { ACCOUNT, arn, nameOfArn, ROOT } from '../template/account.ts';
import type { Assembly } from '../template/assembly.ts';
import { referencesOf, type TemplateReferences } from '../template/references.ts';
import {
  list,
  ofType,
  type Properties,
  policiesAndWhatTheyGuard,
  type Resource,
} from './resources.ts';
import { type Role, rolesOf } from './roles.ts';
import { checkable, type Statement, statementsOf } from './statements.ts';

/** The emulators' threads get it, so it is data. */
export interface Access {
  /** The functions' roles by the unique id that signs their calls. */
  readonly roles: Readonly<Record<string, Role>>;
  /** The policies of queues, topics and buckets by the resource's ARN, and those of keys. */
  readonly onResources: Readonly<Record<string, readonly Statement[]>>;
  /** The ARN of the key that encrypts a resource, by the resource's ARN. */
  readonly keys: Readonly<Record<string, string>>;
  /** The names of a table's or an index's key attributes by its ARN, the partition's first. */
  readonly keyAttributes: Readonly<Record<string, readonly string[]>>;
}

/** @throws TemplateError for a policy that the runtime cannot check */
export function accessOf({ template, stackName }: Assembly): Access {
  const references = referencesOf(template, stackName, '');
  const all = policiesAndWhatTheyGuard(template, references);
  return {
    roles: rolesOf(all, references),
    onResources: policiesOn(all, references),
    keys: keysOf(all, references),
    keyAttributes: keyAttributesOf(all, references),
  };
}

/** A key without a policy of its own has that of KMS. */
const OF_KMS = {
  Statement: { Effect: 'Allow', Action: 'kms:*', Resource: '*', Principal: { AWS: ROOT } },
};

const POLICIES: Readonly<Record<string, (properties: Properties) => unknown[]>> = {
  'AWS::SQS::QueuePolicy': ({ Queues }) => list(Queues),
  'AWS::SNS::TopicPolicy': ({ Topics }) => list(Topics),
  'AWS::S3::BucketPolicy': ({ Bucket }) => [Bucket],
};

/** A policy names queues by URL, topics by ARN and buckets by name: what Ref gives. */
function policiesOn(
  all: readonly Resource[],
  references: TemplateReferences,
): Readonly<Record<string, readonly Statement[]>> {
  const byRef = new Map(
    arnsOf(all, references).map(([{ logicalId }, arn]) => [
      references.ref(logicalId, logicalId),
      arn,
    ]),
  );
  const found = ofType(all, ...Object.keys(POLICIES)).flatMap(({ type, logicalId, properties }) => {
    const statements = statementsOf(properties['PolicyDocument'], logicalId);
    return (POLICIES[type]?.(properties) ?? []).map(
      (ref) => [byRef.get(String(ref)) ?? String(ref), ofRoles(statements, logicalId)] as const,
    );
  });
  const own = all.flatMap((resource) => {
    const { logicalId } = resource;
    const policy = ownPolicyOf(resource);
    if (policy === undefined) return [];
    const statements = ofRoles(statementsOf(policy, logicalId), logicalId);
    return [[references.getAtt(logicalId, 'Arn', logicalId), statements] as const];
  });
  const invoked = ofType(all, 'AWS::Lambda::Permission').map(permissionOf);
  const grouped = Map.groupBy([...found, ...own, ...invoked], ([arn]) => arn);
  return Object.fromEntries(
    [...grouped].map(([arn, entries]) => [arn, entries.flatMap(([, statements]) => statements)]),
  );
}

/** The policy that a resource has as a property. */
function ownPolicyOf({ type, properties }: Resource): unknown {
  switch (type) {
    case 'AWS::KMS::Key':
      return properties['KeyPolicy'] ?? OF_KMS;
    case 'AWS::DynamoDB::Table':
    case 'AWS::DynamoDB::GlobalTable':
      return tableHere(properties).ResourcePolicy?.PolicyDocument;
    default:
      return undefined;
  }
}

interface TableHere {
  readonly SSESpecification?: { readonly KMSMasterKeyId?: string };
  readonly ResourcePolicy?: { readonly PolicyDocument?: unknown };
}

/** A global table has its key and its policy in each region. */
function tableHere(properties: Properties): TableHere {
  const replicas = list(properties['Replicas']) as (TableHere & { readonly Region: string })[];
  return replicas.find(({ Region }) => Region === ACCOUNT.region) ?? properties;
}

/** Those for services are checked where a service needs them (deployment.ts). */
function ofRoles(statements: readonly Statement[], logicalId: string): readonly Statement[] {
  checkable(
    statements.filter(({ principal = '*' }) => principal === '*' || 'AWS' in principal),
    logicalId,
  );
  return statements;
}

type Texts = Readonly<Record<string, string | undefined>>;

/** A permission is a statement of the function's policy. */
function permissionOf({ properties }: Resource): readonly [string, readonly Statement[]] {
  const { Action, FunctionName, Principal, SourceArn } = properties as Texts;
  const resource = arn('lambda', `function:${nameOfArn(FunctionName ?? '')}`);
  const conditions = SourceArn === undefined ? {} : { ArnLike: { 'aws:SourceArn': [SourceArn] } };
  const statement: Statement = {
    effect: 'Allow',
    actions: [Action ?? ''],
    resources: [resource],
    conditions,
    principal: { Service: [Principal ?? ''] },
  };
  return [resource, [statement]];
}

const ARNS: Readonly<Record<string, string>> = {
  'AWS::SQS::Queue': 'Arn',
  'AWS::SNS::Topic': 'TopicArn',
  'AWS::S3::Bucket': 'Arn',
  'AWS::DynamoDB::Table': 'Arn',
  'AWS::DynamoDB::GlobalTable': 'Arn',
  'AWS::SecretsManager::Secret': 'Id',
};

function arnsOf(
  all: readonly Resource[],
  references: TemplateReferences,
): readonly (readonly [Resource, string])[] {
  return ofType(all, ...Object.keys(ARNS)).map((resource) => {
    const attribute = ARNS[resource.type] ?? '';
    return [resource, references.getAtt(resource.logicalId, attribute, resource.logicalId)];
  });
}

interface Encryption {
  readonly KmsMasterKeyId?: string;
  readonly KmsKeyId?: string;
  readonly BucketEncryption?: {
    readonly ServerSideEncryptionConfiguration: readonly {
      readonly ServerSideEncryptionByDefault?: { readonly KMSMasterKeyID?: string };
    }[];
  };
}

/** Keys of the stack only: every role of the account may use those of AWS. */
function keysOf(
  all: readonly Resource[],
  references: TemplateReferences,
): Readonly<Record<string, string>> {
  const ours = new Map(
    ofType(all, 'AWS::KMS::Key').flatMap(({ logicalId }) => {
      const arn = references.getAtt(logicalId, 'Arn', logicalId);
      return [
        [arn, arn],
        [references.ref(logicalId, logicalId), arn],
      ];
    }),
  );
  for (const { properties } of ofType(all, 'AWS::KMS::Alias')) {
    const { AliasName = '', TargetKeyId = '' } = properties as Texts;
    const key = ours.get(TargetKeyId);
    if (key !== undefined) ours.set(AliasName, key).set(arn('kms', AliasName), key);
  }
  return Object.fromEntries(
    arnsOf(all, references).flatMap(([{ properties }, arn]) => {
      const { KmsMasterKeyId, KmsKeyId, BucketEncryption } = properties as Encryption;
      const [rule] = BucketEncryption?.ServerSideEncryptionConfiguration ?? [];
      const key = ours.get(
        KmsMasterKeyId ??
          KmsKeyId ??
          tableHere(properties).SSESpecification?.KMSMasterKeyId ??
          rule?.ServerSideEncryptionByDefault?.KMSMasterKeyID ??
          '',
      );
      return key === undefined ? [] : [[arn, key]];
    }),
  );
}

interface Keyed {
  readonly IndexName?: string;
  readonly KeySchema?: readonly { readonly AttributeName: string; readonly KeyType: string }[];
}

function keyAttributesOf(
  all: readonly Resource[],
  references: TemplateReferences,
): Readonly<Record<string, readonly string[]>> {
  const tables = arnsOf(all, references).filter(([{ type }]) => type.startsWith('AWS::DynamoDB::'));
  return Object.fromEntries(
    tables.flatMap(([{ properties }, arn]) => {
      const indexes = list(properties['GlobalSecondaryIndexes']) as Keyed[];
      return [
        [arn, namesOf(properties as Keyed)],
        ...indexes.map((index) => [`${arn}/index/${index.IndexName}`, namesOf(index)]),
      ];
    }),
  );
}

function namesOf({ KeySchema = [] }: Keyed): string[] {
  return KeySchema.toSorted((a, b) => a.KeyType.localeCompare(b.KeyType)).map(
    ({ AttributeName }) => AttributeName,
  );
}
