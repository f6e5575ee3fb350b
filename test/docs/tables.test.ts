/**
 * docs/tables.md agrees with the template on each table, and explains each attribute that our code writes.
 */
import { readFileSync } from 'node:fs';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { itemSchema } from '../../aws/deliveries.ts';
import { resourcesOf, synthesized } from '../lib/synthesized.ts';
import { testClients } from '../support/clients.ts';
import { send } from '../support/delivery.ts';
import { drain } from '../support/drain.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { faulty, invalidPatient, patient } from '../support/resources.ts';
import { useEmulators } from '../support/use-emulators.ts';
import { buildWorld, type World } from '../support/world.ts';

const page = readFileSync(new URL('../../docs/tables.md', import.meta.url), 'utf8');
const sections = page
  .split(/^## /m)
  .slice(1)
  .map((text) => ({ title: text.slice(0, text.indexOf('\n')), text }))
  .filter(({ text }) => text.includes('\nKey: '));

interface KeyElement {
  readonly AttributeName: string;
}
interface TableProperties {
  readonly TableName: string;
  readonly AttributeDefinitions: readonly { AttributeName: string; AttributeType: string }[];
  readonly KeySchema: readonly KeyElement[];
  readonly TimeToLiveSpecification?: KeyElement;
  readonly GlobalSecondaryIndexes?: readonly {
    readonly IndexName: string;
    readonly KeySchema: readonly KeyElement[];
    readonly Projection: { readonly ProjectionType: string };
  }[];
}

const template = synthesized({
  'terminology.endpoint': 'https://tx.example.org/r4',
  'sources.known.lab.senders': '["AIDALAB"]',
  'sources.known.lab.ratePerMinute': '100',
});
const tables = Object.values(resourcesOf(template, 'AWS::DynamoDB::Table')).map(
  ({ Properties }) => Properties as unknown as TableProperties,
);

/** The line of a table's section that follows from the template. */
function lineOf(table: TableProperties): string {
  const typeOf = new Map(
    table.AttributeDefinitions.map(({ AttributeName, AttributeType }) => [
      AttributeName,
      AttributeType,
    ]),
  );
  const key = table.KeySchema.map(({ AttributeName: name }) => `\`${name}\` (${typeOf.get(name)})`);
  const expires = table.TimeToLiveSpecification?.AttributeName;
  const indexes = (table.GlobalSecondaryIndexes ?? []).map(
    ({ IndexName, KeySchema, Projection }) => {
      const keys = KeySchema.map(({ AttributeName: name }) => `\`${name}\` ${typeOf.get(name)}`);
      const what = Projection.ProjectionType === 'KEYS_ONLY' ? 'keys only' : 'all';
      return ` Index: \`${IndexName}\` (${keys.join(', ')}; ${what}).`;
    },
  );
  return `Key: ${key.join(', ')}. Expires: ${expires ? `\`${expires}\`` : 'never'}.${indexes.join('')}`;
}

const sectionOf = (name: string) => sections.find(({ title }) => title.toLowerCase() === name);

/** The attributes that a section explains. */
function explained(name: string): ReadonlySet<string> {
  const rows = [...(sectionOf(name)?.text.matchAll(/^\| (`.*?) \|/gm) ?? [])];
  return new Set(
    rows.flatMap(([, cell = '']) => [...cell.matchAll(/`(\w+)`/g)].map(([, one = '']) => one)),
  );
}

describe('docs/tables.md', () => {
  it('has a section for each table, and no other', () => {
    const names = tables.map(({ TableName }) => TableName.replace('fhir-failsafe-dev-', ''));
    expect(sections.map(({ title }) => title.toLowerCase()).sort()).toEqual(names.sort());
  });

  it.each(tables)('has the keys, expiry and indexes of $TableName', (table) => {
    const name = table.TableName.replace('fhir-failsafe-dev-', '');
    expect(sectionOf(name)?.text.split('\n')).toContain(lineOf(table));
  });

  it('explains every attribute that a delivery reads', () => {
    const known = explained('resources');
    expect(Object.keys(itemSchema.shape).filter((name) => !known.has(name))).toEqual([]);
  });
});

useEmulators();
let world: World;
let functions: Functions;
beforeAll(async () => {
  world = await buildWorld({ deadlineMs: 2_000, heapOldMb: 32 });
  functions = await loadFunctions();
});
afterAll(async () => {
  await functions.close();
});

test('docs/tables.md explains each attribute that the pipeline writes', async () => {
  const from = { source: 'clinic', file: 'a.ndjson', line: '7', sequence: '1' };
  for (const body of [patient(), invalidPatient(), faulty('throw')]) {
    await send(world.queues.lane, body, from);
  }
  for (let n = 0; n < 10; n += 1) await send(world.queues.lane, faulty('throw'), from);
  await drain(world, functions);
  let items = 0;
  for (const [name, table] of Object.entries(world.tables)) {
    const known = explained(name.toLowerCase());
    const { Items = [] } = await testClients().dynamo.send(new ScanCommand({ TableName: table }));
    items += Items.length;
    const strange = new Set(Items.flatMap(Object.keys).filter((one) => !known.has(one)));
    expect([...strange], name).toEqual([]);
  }
  expect(items).toBeGreaterThan(20);
});
