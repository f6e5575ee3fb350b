/**
 * Sources on the local runtime, where each function signs as its own role: the sender is proved on the
 * first queue, and kept over the hops of a killer up to its end in Quarantine.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { sourceRulesSchema } from '../../core/source/sources.ts';
import { ensureBuilt } from '../../demo/build.ts';
import { createClients, destroyClients } from '../../packages/local-lambda/clients.ts';
import { type Runtime, startRuntime } from '../../packages/local-lambda/runtime.ts';
import { ENV } from '../../telemetry/env-names.ts';
import { changedAssembly } from '../support/changed-assembly.ts';
import { faulty, patient } from '../support/resources.ts';

const QUEUE = 'fhir-failsafe-dev-critical';
const rules = sourceRulesSchema.parse({
  known: { 'hospital-a': { senders: ['AROAHOSPITALA'] }, lab: { senders: ['AIDALABORATORY'] } },
});

async function sendAs(runtime: Runtime, accessKeyId: string, source: string, body: string) {
  const sqs = new SQSClient({
    region: 'us-east-1',
    endpoint: runtime.endpoint,
    credentials: { accessKeyId, secretAccessKey: 'test' },
    useQueueUrlAsEndpoint: false,
  });
  const { MessageId } = await sqs.send(
    new SendMessageCommand({
      QueueUrl: runtime.queueUrl(QUEUE),
      MessageBody: body,
      MessageGroupId: source,
      MessageAttributes: { source: { DataType: 'String', StringValue: source } },
    }),
  );
  sqs.destroy();
  return MessageId;
}

test('a source is proved by its sender, and kept over the hops of our own roles', async () => {
  await ensureBuilt(join(import.meta.dirname, '..', '..'), () => {});
  const folder = await mkdtemp(join(tmpdir(), 'sources-'));
  const file = join(folder, 'sources.json');
  await writeFile(file, JSON.stringify(rules));
  const told = (role: string) => ({
    [ENV.sourcesFile]: file,
    [ENV.ownRoleIds]: { 'Fn::GetAtt': [role, 'RoleId'] },
  });
  const assembly = await changedAssembly({
    visibilitySeconds: 4,
    variables: { 'validate-critical': told },
  });
  const runtime = await startRuntime({ assembly: assembly.directory });
  const clients = createClients(runtime.endpoints);
  const documents = DynamoDBDocumentClient.from(clients.dynamodb);
  const items = async (table: string) => {
    const TableName = `${runtime.stackName}-${table}`;
    return (await documents.send(new ScanCommand({ TableName }))).Items ?? [];
  };
  try {
    await sendAs(runtime, 'AROAHOSPITALA:a-session', 'hospital-a', patient({ id: 'p' }));
    const killer = await sendAs(runtime, 'AIDALABORATORY', 'lab', faulty('exit'));
    const spoofed = await sendAs(runtime, 'AIDALABORATORY', 'hospital-a', patient({ id: 'q' }));
    await expect
      .poll(async () => (await items('quarantine')).map(({ status }) => status))
      .toEqual(['quarantined', 'quarantined']);
    const entries = new Map((await items('quarantine')).map((item) => [item['pk'], item]));
    expect(entries.get(killer)).toMatchObject({
      kind: 'dead-letter',
      source: 'lab',
      crash: 'exit',
    });
    expect(entries.get(spoofed)).toMatchObject({
      kind: 'rejection',
      source: 'lab',
      sender: 'AIDALABORATORY',
      reason: 'security: other-source',
    });
    expect(await items('resources')).toMatchObject([{ pk: 'hospital-a#Patient#p' }]);
  } finally {
    destroyClients(clients);
    await runtime.stop();
    await assembly.dispose();
    await rm(folder, { recursive: true });
  }
});
