import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { MESSAGE_INDEX } from '../../aws/resources-index-names.ts';
import { LaterEnds } from '../../demo/ends-after-run.ts';
import { testClients } from '../support/clients.ts';
import { table } from '../support/provision.ts';
import { useEmulators } from '../support/use-emulators.ts';

useEmulators();

it('prints each ending after the run once, with its reason, and none of the run itself', async () => {
  const dynamodb = testClients().dynamo;
  const resources = await table('later-resources', { name: MESSAGE_INDEX, key: 'messageId' });
  const quarantine = await table('later-quarantine');
  const put = (TableName: string, pk: string, fields: object = {}) =>
    dynamodb.send(new PutCommand({ TableName, Item: { pk, ...fields } }));
  const end = (pk: string, fields: object) =>
    put(quarantine, pk, { status: 'quarantined', ...fields });
  await end('of-the-run', { kind: 'rejection', reason: 'structure at Patient' });
  const said: string[] = [];
  const tables = { dynamodb, resources, quarantine, incidents: '', supervision: '' };
  const later = new LaterEnds(tables, (line) => said.push(line));
  await later.look();
  expect(said).toEqual([]);

  await put(resources, 'a', { messageId: 'm' });
  await end('b', {
    kind: 'rejection',
    reason: 'value at Patient.birthDate',
    source: 'lab\u001b[2J',
  });
  await end('c', { kind: 'dead-letter', reason: 'timeout' });
  await put(quarantine, 'd', { status: 'in-isolation' });
  await later.look();
  await later.look();
  expect(said.toSorted()).toEqual([
    '  ☠ dead-lettered: c: timeout',
    '  ✓ stored: 1 more',
    '  ✗ rejected: b of lab\\u001b[2J: value at Patient.birthDate',
  ]);

  await put(quarantine, 'c', { status: 'redriven', kind: 'dead-letter' });
  for (let n = 0; n < 30; n += 1) await end(`many-${n}`, { kind: 'rejection', reason: 'x' });
  said.length = 0;
  await later.look();
  expect(said).toHaveLength(21);
  expect(said.at(-1)).toBe('  … and 11 more: npm run cli -- quarantine list');
});
