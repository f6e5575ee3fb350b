/** What functions call in the simulation, beside what their roles allow: neither it nor any emulator asks that. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PermissionsTemplate, permissionRows } from '../../lib/checks/permissions.ts';
import type { MakeChecker } from '../../simulation/checker.ts';
import { type Deployment, deploy } from '../../simulation/deployment.ts';
import { SENDERS, TOKEN_SECRETS } from '../../simulation/outside.ts';
import { run } from '../../simulation/run.ts';
import { synthesized } from '../lib/synthesized.ts';

const endpoint = 'https://server.example.org/fhir';
const template = synthesized(
  {},
  {
    delivery: { endpoint, tokenSecretArn: TOKEN_SECRETS.shared },
    terminology: { endpoint },
    incident: { remediation: 'pause-lane' },
    sources: {
      known: { clinic: { senders: [SENDERS.clinic], ratePerMinute: 100 } },
    },
  },
).toJSON() as PermissionsTemplate;

let deployment: Deployment;
beforeAll(async () => {
  deployment = await deploy();
});
afterAll(() => deployment.dispose());

interface Input {
  readonly TableName?: string;
  readonly IndexName?: string;
  readonly RequestItems?: object;
  readonly QueueUrl?: string;
  readonly TopicArn?: string;
  readonly Bucket?: string;
  readonly Key?: string;
  readonly VersionId?: string;
}

const STAGE = 'fhir-failsafe-dev-';
const nameOf = (command: object) => command.constructor.name.replace(/Command$/, '');
const short = (name = '') => name.split(/[/:]/).at(-1)?.replace(STAGE, '') ?? '';

/** An action, and what it is done to in the words of `permissionRows`. Conditions are not looked at. */
const NEEDS: Readonly<Record<string, (command: object, input: Input) => readonly string[]>> = {
  dynamodb(command, { TableName, IndexName, RequestItems }) {
    const name = nameOf(command);
    const item = /^(?:Query|Scan)$/.test(name) ? '' : 'Item';
    const tables = TableName === undefined ? Object.keys(RequestItems ?? {}) : [TableName];
    const index = IndexName === undefined ? '' : `/index/${IndexName}`;
    expect(tables, name).not.toEqual([]);
    return tables.map((table) => `dynamodb:${name}${item} table ${short(table)}${index}`);
  },
  sqs: (command, { QueueUrl }) => [
    `sqs:${nameOf(command).replace(/Batch$/, '')} queue ${short(QueueUrl)}`,
  ],
  sns: (_, { TopicArn }) => [`sns:Publish topic ${short(TopicArn)}`],
  s3(command, { Bucket = '', Key, VersionId }) {
    // The audit vault has no name in the template.
    if (!Bucket.startsWith(`${STAGE}bodies-`)) return [];
    const name = nameOf(command).replace(/^HeadObject$/, 'GetObject');
    const bucket = `bucket ${short(Bucket).replace(/-\d+$/, '')}`;
    if (name.startsWith('List')) return [`s3:ListBucket ${bucket}`];
    const version = VersionId === undefined ? '' : 'Version';
    return [`s3:${name}${version} ${bucket}/${Key}`];
  },
};

/** What each function's role allows, as patterns. */
function allowedTo(name: string): readonly RegExp[] {
  const rows = permissionRows(template).filter((row) => row.function === name);
  return rows.flatMap(({ actions, resources }) =>
    actions.split(', ').flatMap((action) =>
      resources.split(', ').map((resource) => {
        const escaped = `${action} ${resource}`.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
        return new RegExp(`^${escaped.replaceAll('*', '.*')}$`);
      }),
    ),
  );
}

/** The needs of each function's calls in a run. A secret and a mapping are known by other names there. */
async function callsOf(seed: number): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const made = new Map<string, Set<string>>();
  const watch: MakeChecker = () => ({
    kinds: ['called'],
    see(effect, by) {
      if (effect.kind !== 'called' || !by?.name.startsWith(STAGE)) return;
      const name = by.name.slice(STAGE.length).replace(/#.*$/, '');
      const calls = made.get(name) ?? new Set();
      made.set(name, calls);
      const { service, command } = effect;
      const { input } = command as { readonly input: Input };
      for (const need of NEEDS[service]?.(command, input) ?? []) calls.add(need);
    },
  });
  await run(deployment.plan, { seed, messages: 300, checkers: [watch] });
  return made;
}

test('a role allows each call that its function makes in a run', async () => {
  const forbidden = new Set<string>();
  const permitted = new Set<string>();
  for (const seed of [1, 2, 3]) {
    for (const [name, calls] of await callsOf(seed)) {
      const allowed = allowedTo(name);
      for (const call of calls) {
        const isAllowed = allowed.some((pattern) => pattern.test(call));
        (isAllowed ? permitted : forbidden).add(`${name}: ${call}`);
      }
    }
  }
  expect([...forbidden]).toEqual([]);
  // So that it has looked.
  expect([...permitted]).toEqual(
    expect.arrayContaining([
      'validate-critical: dynamodb:GetItem table resources',
      'deliver: dynamodb:UpdateItem table resources',
      'supervisor: dynamodb:PutItem table supervision',
    ]),
  );
});
