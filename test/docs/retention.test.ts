/** The first table of docs/retention.md names each table of the stack, and says of it what the template does. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { resourcesOf, synthesized } from '../lib/synthesized.ts';

const page = readFileSync(new URL('../../docs/retention.md', import.meta.url), 'utf8');

/** By table, how long the page says that its items are kept. */
const kept = new Map(
  [...page.matchAll(/^\| tables? ([A-Z][^|]*?) \|[^|]*\|[^|]*\| ([^|]*?) \|/gm)]
    .filter(([, names = '']) => !names.startsWith('as of'))
    .flatMap(([, names = '', time = '']) =>
      [...names.replace(/, if .*/, '').split(', ')].map((name) => [name.toLowerCase(), time]),
    ),
);

test('docs/retention.md says of each table whether it expires', () => {
  const template = synthesized({
    'terminology.endpoint': 'https://tx.example.org/r4',
    'sources.known.lab.senders': '["AIDALAB"]',
    'sources.known.lab.ratePerMinute': '100',
  });
  const tables = Object.values(resourcesOf(template, 'AWS::DynamoDB::Table')).map(
    ({ Properties }) => ({
      name: String(Properties['TableName']).replace('fhir-failsafe-dev-', ''),
      expires: Properties['TimeToLiveSpecification'] !== undefined,
    }),
  );
  expect([...kept.keys()].sort()).toEqual(tables.map(({ name }) => name).sort());
  const said = tables.map(({ name }) => ({ name, expires: kept.get(name) !== 'for ever' }));
  expect(said).toEqual(tables);
});
