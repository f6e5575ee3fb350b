/** The sample events of `reporting` and `analytics`, and what each leaves in its bucket. */
import { readdir } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { testClients } from '../support/clients.ts';
import { contextWith } from '../support/delivery.ts';
import { keysIn, loadInsight } from '../support/insight.ts';
import { sampleEvent } from '../support/sample-events.ts';
import { useEmulators } from '../support/use-emulators.ts';
import { buildWorld } from '../support/world.ts';

useEmulators();

/** Days of the facts that each leaves. */
const kept: Readonly<Record<string, readonly string[]>> = {
  'analytics/older-version': ['2026-11-24'],
  'analytics/three-ends': ['2026-11-24'],
  'reporting/incident': ['2026-11-24'],
  'reporting/minute': [],
  'reporting/three-ends': ['2026-11-24'],
};

async function leave(name: string) {
  const world = await buildWorld();
  const [who] = name.split('/');
  const { handler } = await loadInsight(who === 'reporting' ? 'reporting' : 'analytics');
  expect(await handler(await sampleEvent(name, world), contextWith())).toEqual({
    batchItemFailures: [],
  });
  const bucket = who === 'reporting' ? world.reportsBucket : world.analyticsBucket;
  return { bucket, keys: await keysIn(bucket, 'facts/') };
}

test.each(Object.entries(kept))('%s', async (name, days) => {
  const { keys } = await leave(name);
  expect(keys.map((key) => key.split('/')[1])).toEqual(days.map((day) => `day=${day}`));
});

test('an incident that begins and ends leaves two facts', async () => {
  const { bucket, keys } = await leave('reporting/incident');
  const { Body } = await testClients().s3.send(
    new GetObjectCommand({ Bucket: bucket, Key: keys[0] }),
  );
  const text = gunzipSync((await Body?.transformToByteArray()) ?? '').toString();
  const facts = text.trim().split('\n');
  expect(facts.map((line) => JSON.parse(line).status).sort()).toEqual(['open', 'resolved']);
});

test('every sample event of both is tried', async () => {
  const folders = ['analytics', 'reporting'].map(async (folder) => {
    const files = await readdir(new URL(`../../events/${folder}`, import.meta.url));
    return files.map((file) => `${folder}/${file.replace('.json', '')}`);
  });
  expect((await Promise.all(folders)).flat().sort()).toEqual(Object.keys(kept).sort());
});
