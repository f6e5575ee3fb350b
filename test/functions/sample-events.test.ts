import { readdir } from 'node:fs/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { testClients } from '../support/clients.ts';
import { contextWith } from '../support/delivery.ts';
import { patient } from '../support/resources.ts';
import { sampleEvent } from '../support/sample-events.ts';
import { useStage } from '../support/stage.ts';
import { depthOf, itemsOf } from '../support/stores.ts';

const stage = useStage();

interface Expected {
  readonly resources?: number;
  readonly rejections?: number;
  readonly deadLetters?: number;
  readonly isolated?: number;
  readonly incidents?: number;
  readonly failed?: number;
}

const expectations: Readonly<Record<string, Expected>> = {
  'validate/healthy-batch': { resources: 3 },
  'validate/mixed-batch': { resources: 1, rejections: 2, isolated: 1 },
  'validate/received-before-in-batch': { resources: 2 },
  'validate/probe': { resources: 1 },
  'validate/claim-check': { resources: 1 },
  'validate/alone': { resources: 1 },
  'validate/alone-killer': { failed: 1 },
  'validate/alone-malformed-envelope': { failed: 1 },
  'quarantine/dead-letter': { deadLetters: 1 },
  'quarantine/redriven-by-sqs': { deadLetters: 1 },
  'incident/one-crash': {},
  'incident/ten-crashes': { incidents: 1 },
  'incident/escalation': { incidents: 1 },
  'incident/minute': {},
};

test.each(Object.entries(expectations))('%s', async (path, expected) => {
  const key = 'submissions/0f3a';
  const object = { Bucket: stage.world.bucket, Key: key, Body: patient() };
  await testClients().s3.send(new PutObjectCommand(object));
  const name = path.split('/')[0] as 'validate' | 'quarantine' | 'incident';
  const event = await sampleEvent(path, stage.world);
  const answer = await stage.functions[name](event, contextWith());

  const quarantined = await itemsOf(stage.world.tables.quarantine);
  const incidents = await itemsOf(stage.world.tables.incidents);
  expect({
    resources: (await itemsOf(stage.world.tables.resources)).length,
    rejections: quarantined.filter((item) => item['kind'] === 'rejection').length,
    deadLetters: quarantined.filter((item) => item['kind'] === 'dead-letter').length,
    isolated: await depthOf(stage.world.queues.isolation),
    incidents: incidents.filter((item) => item['openedAt'] !== undefined).length,
    failed: answer.batchItemFailures.length,
  }).toEqual({
    resources: 0,
    rejections: 0,
    deadLetters: 0,
    isolated: 0,
    incidents: 0,
    failed: 0,
    ...expected,
  });
});

test('every sample event of these functions is tried', async () => {
  const folders = ['validate', 'quarantine', 'incident'];
  const names = folders.map(async (folder) => {
    const files = await readdir(new URL(`../../events/${folder}`, import.meta.url));
    return files.map((file) => `${folder}/${file.replace('.json', '')}`);
  });
  expect((await Promise.all(names)).flat().sort()).toEqual(Object.keys(expectations).sort());
});
