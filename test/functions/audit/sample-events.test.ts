import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { entriesOf, loadAudit, verify } from '../../support/audit.ts';
import { contextWith } from '../../support/delivery.ts';
import { sampleEvent } from '../../support/sample-events.ts';
import { useEmulators } from '../../support/use-emulators.ts';
import { buildWorld } from '../../support/world.ts';

useEmulators();

const kinds: Readonly<Record<string, readonly string[]>> = {
  minute: ['configuration'],
  'three-facts': ['configuration', 'process-crash', 'incident-opened', 'redrive'],
  'unreadable-facts': ['configuration', 'process-crash', 'unreadable', 'unreadable'],
};

test.each(Object.entries(kinds))('%s', async (name, expected) => {
  const world = await buildWorld();
  const { handler } = await loadAudit();
  const event = await sampleEvent(`audit/${name}`, world);
  expect(await handler(event, contextWith())).toEqual({ batchItemFailures: [] });
  expect((await entriesOf(world)).map(({ kind }) => kind)).toEqual(expected);
  expect(await verify(world)).not.toHaveProperty('problem');
});

test('every sample event of audit is tried', async () => {
  const files = await readdir(new URL('../../../events/audit', import.meta.url));
  expect(files.map((file) => file.replace('.json', '')).sort()).toEqual(Object.keys(kinds).sort());
});
