/**
 * Holds the clients of a function to what its role allows, as IAM does on AWS: these emulators do not check that. The roles are
 * those of the synthesized template, in the words of lib/checks/permissions.ts.
 */
import type { Clients } from '../../aws/clients.ts';
import type { PermissionRow } from '../../lib/checks/permissions.ts';
import { ACCOUNT } from '../../packages/local-lambda/template/account.ts';
import { permissions } from './world.ts';

/** Queues, tables and others of the template, which are the same in every world. */
let ofTheStack: Set<string | undefined> | undefined;

class AccessDenied extends Error {
  override readonly name = 'AccessDeniedException';
  readonly $fault = 'client';
}

export type Input = Readonly<Record<string, unknown>>;

/** How the ARN of a server's token ends. The tests' template names none, so a test that needs one has its own. */
export const TOKEN = ':secret:token';

/** One action on one resource, in words. */
export interface Asked {
  readonly action: string;
  readonly resource: string;
}

/** Clients that may do what the function with that name may, without the stage's prefix. */
export function permitted(clients: Clients, name: string): Clients {
  for (const client of new Set<unknown>(Object.values(clients))) {
    (client as Clients['sqs']).middlewareStack.add(
      (next, context) => async (args) => {
        const input = args.input as unknown as Input;
        const command = String(context['commandName']).replace(/Command$/, '');
        for (const asked of askedOf(command, input).filter(isOfTheStack)) {
          if (!rowsOf(name).some((row) => allows(row, asked, input)))
            throw new AccessDenied(`${name} may not ${asked.action} on ${asked.resource}`);
        }
        return next(args);
      },
      // Outside of the faults that tests inject.
      { step: 'initialize', priority: 'high', name: 'permitted', override: true },
    );
  }
  return clients;
}

/** A test may have made a resource of its own. */
const isOfTheStack = ({ resource }: Asked) => {
  ofTheStack ??= new Set(
    permissions().flatMap(({ resources }) => resources.split(', ').map(withoutPart)),
  );
  return ofTheStack.has(withoutPart(resource));
};

const withoutPart = (resource: string) => resource.split('/')[0];

const rowsOf = (name: string) => permissions().filter((row) => row.function === name);

export function allows(
  { actions, resources, only }: PermissionRow,
  asked: Asked,
  input: Input,
): boolean {
  if (!actions.split(', ').includes(asked.action)) return false;
  const [, answering] = /answering (\w+)/.exec(only) ?? [];
  if (answering !== undefined && (input['ReturnValues'] ?? answering) !== answering) return false;
  const [, prefixes] = /below (.*)/.exec(only) ?? [];
  if (prefixes !== undefined && !prefixes.split(' and ').some(matching(input['Prefix'])))
    return false;
  return resources.split(', ').some(matching(asked.resource));
}

/** A pattern ends with `*` or not at all. */
const matching =
  (said: unknown = '') =>
  (pattern: string) =>
    pattern.endsWith('*') ? String(said).startsWith(pattern.slice(0, -1)) : said === pattern;

/** What a call asks for: `command` is the name of an operation, such as `GetItem`. */
export function askedOf(command: string, input: Input): readonly Asked[] {
  const { TableName, IndexName, RequestItems, QueueUrl, TopicArn, Bucket, SecretId } = input;
  if (SecretId !== undefined) {
    const resource = String(SecretId).endsWith(TOKEN) ? 'secret:token' : 'secret';
    return [{ action: 'secretsmanager:GetSecretValue', resource }];
  }
  if (Bucket !== undefined) return onBucket(command, input);
  const action = command.replace(/(?<=Message|Visibility|Publish)Batch$/, '');
  if (QueueUrl !== undefined)
    return [{ action: `sqs:${action}`, resource: `queue ${shortName(QueueUrl)}` }];
  if (TopicArn !== undefined)
    return [{ action: `sns:${action}`, resource: `topic ${shortName(TopicArn)}` }];
  const index = IndexName === undefined ? '' : `/index/${IndexName}`;
  const tables = TableName === undefined ? Object.keys(Object(RequestItems)) : [TableName];
  return tables.map((table) => ({
    action: `dynamodb:${action}`,
    resource: `table ${shortName(table)}${index}`,
  }));
}

/** The audit log's bucket has no name in the template. */
const bucketOf = (name: unknown) =>
  /-auditvault/.test(String(name)) ? 'bucket' : `bucket ${shortName(name)}`;

function onBucket(command: string, input: Input): readonly Asked[] {
  const { Bucket, Key, VersionId, Delete } = input;
  const bucket = bucketOf(Bucket);
  if (command === 'ListObjectsV2') return [{ action: 's3:ListBucket', resource: bucket }];
  if (command === 'ListObjectVersions')
    return [{ action: 's3:ListBucketVersions', resource: bucket }];
  const { Objects = [{ Key, VersionId }] } = Object(Delete);
  return Objects.map((one: Input) => ({
    action: `s3:${command.replace(/s$/, '').replace(/^Head/, 'Get')}${one['VersionId'] === undefined ? '' : 'Version'}`,
    resource: `${bucket}/${one['Key']}`,
  }));
}

/** Without the stage's prefix, what is before it, and the account behind it. */
const shortName = (name: unknown) =>
  String(name)
    .replace(/^.*fhir-failsafe-(?:test\d+x\d+|dev)-/, '')
    .replace(new RegExp(`-${ACCOUNT.id}$`), '');
