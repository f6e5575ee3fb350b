/**
 * The examples of docs/producers.md are run here, and the outcomes that it shows are those that are
 * published.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { execa, execaSync } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { outcomeEventSchema } from '../../core/message/messages.ts';
import { loadConfig } from '../../lib/config/config-load.ts';
import { receive, remove } from '../support/delivery.ts';
import { drain } from '../support/drain.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { itemsOf } from '../support/stores.ts';
import { useEmulators } from '../support/use-emulators.ts';
import { buildWorld, type World } from '../support/world.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (name: string) => readFileSync(join(ROOT, 'docs', name), 'utf8');
const page = read('producers.md');
const schema = JSON.parse(read('outcome-event.schema.json')) as object;
const isOutcome = new Ajv({ strict: false }).compile(schema);

/** The page's code blocks in a language that contain a word. */
function block(language: string, word: string): string {
  const all = [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)];
  const found = all.filter(([, tag, code = '']) => tag === language && code.includes(word));
  expect(found, `${language} with ${word}`).toHaveLength(1);
  return found[0]?.[2] ?? '';
}

const can = (command: string, ...args: string[]) =>
  execaSync(command, args, { reject: false }).exitCode === 0;
const hasBoto3 = can('python3', '-c', 'import boto3');
const hasAws = can('aws', '--version');

useEmulators();
let world: World;
let functions: Functions;
let folder: string;

beforeAll(async () => {
  world = await buildWorld({ deadlineMs: 2_000, heapOldMb: 32 });
  functions = await loadFunctions();
  folder = await mkdtemp(join(tmpdir(), 'failsafe-producer-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await functions.close();
});

/** Runs a block as a producer would; returns its output. */
async function run(command: string, args: readonly string[], cwd = folder): Promise<string> {
  const env = {
    AWS_ENDPOINT_URL: process.env['AWS_ENDPOINT_URL_SQS'],
    AWS_DEFAULT_REGION: 'us-east-1',
    STAGE: world.stage,
    BUCKET: world.bucket,
  };
  return (await execa(command, args, { cwd, env })).stdout;
}
const runNode = (code: string) =>
  run(process.execPath, ['--input-type=module', '--eval', code], ROOT);

/** Lets everything end that was sent; returns the outcomes by message id. */
async function outcomes(): Promise<Map<string, Record<string, unknown>>> {
  await drain(world, functions);
  const told = new Map<string, Record<string, unknown>>();
  for (;;) {
    const records = await receive(world.queues.outcomes);
    if (records.length === 0) return told;
    await remove(world.queues.outcomes, records);
    for (const { body } of records) {
      const event = JSON.parse(body) as Record<string, unknown>;
      expect(isOutcome(event), JSON.stringify(isOutcome.errors)).toBe(true);
      told.set(String(event['messageId']), event);
    }
  }
}
const storedKeys = async () =>
  (await itemsOf(world.tables.resources)).map((item) => String(item['pk']));

describe('docs/producers.md', () => {
  test('its batch by SDK v3 is sent, and each line has its outcome, as the schema says', async () => {
    const said = await runNode(block('js', 'SendMessageBatchCommand'));
    const [first = '', second = ''] = [...said.matchAll(/line \d is (\S+)/g)].map(([, id]) => id);
    const told = await outcomes();
    expect(told.get(first)).toMatchObject({ verdict: 'stored', source: 'clinic-7', line: 1 });
    expect(told.get(second)).toMatchObject({ verdict: 'rejected', line: 2 });
    const shown = JSON.parse(block('json', '"verdict"')) as { issues: unknown };
    expect(Object.keys(told.get(second) ?? {}).sort()).toEqual(Object.keys(shown).sort());
    expect(told.get(second)).toMatchObject({ issues: shown.issues });
    expect(await storedKeys()).toContain('clinic-7#Patient#grace');
  });

  test('its claim check is read', async () => {
    const id = await runNode(block('js', 'PutObjectCommand'));
    expect((await outcomes()).get(id)).toMatchObject({ verdict: 'stored' });
    expect(await storedKeys()).toContain('clinic-7#Patient#large');
  });

  test.skipIf(!hasBoto3)('its message by boto3 is sent', async () => {
    const id = await run('python3', ['-c', block('python', 'boto3')]);
    expect((await outcomes()).get(id)).toMatchObject({ verdict: 'stored' });
    expect(await storedKeys()).toContain('clinic-7#Patient#mary');
  });

  test.skipIf(!hasAws)('its message by the AWS CLI is sent', async () => {
    // Version 1 ignores AWS_ENDPOINT_URL for SQS.
    const aws = 'aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }';
    const id = await run('bash', ['-ec', `${aws}\n${block('sh', 'send-message')}`]);
    expect((await outcomes()).get(id)).toMatchObject({ verdict: 'stored', line: 1 });
    expect(await storedKeys()).toContain('clinic-7#Patient#ada');
  });

  test('its correction by a new submission works', async () => {
    const batch = block('js', 'SendMessageBatchCommand');
    await runNode(batch.replace("'unheard-of'", "'male'"));
    expect([...(await outcomes()).values()].map(({ verdict }) => verdict)).toEqual([
      'stored',
      'stored',
    ]);
    expect(await storedKeys()).toContain('clinic-7#Patient#alan');
  });

  test('its subscriptions are accepted by the config', () => {
    const [, json = ''] =
      block('sh', 'outcomesSubscriptions').match(/outcomesSubscriptions=(\[.*\])'/) ?? [];
    const { outcomesSubscriptions } = loadConfig(
      { sources: { known: { 'clinic-7': { senders: ['AROAEXAMPLECLINIC7000'] } } } },
      { outcomesSubscriptions: json },
    );
    expect(outcomesSubscriptions).toHaveLength(1);
    const [, attributes = ''] = block('sh', 'aws sns subscribe').match(/--attributes '(.*)'/) ?? [];
    const { FilterPolicy } = JSON.parse(attributes) as { FilterPolicy: string };
    const { source, verdict } = outcomesSubscriptions[0] ?? {};
    expect(JSON.parse(FilterPolicy)).toEqual({ source, verdict });
  });

  test('its policy lets a producer send, and read nothing', () => {
    const { Statement } = JSON.parse(block('json', '"Statement"')) as {
      Statement: { Action: string | string[] }[];
    };
    expect(Statement.flatMap(({ Action }) => Action).sort()).toEqual([
      ...[
        'kms:Decrypt',
        'kms:GenerateDataKey',
        's3:PutObject',
        'sqs:GetQueueUrl',
        'sqs:SendMessage',
      ],
    ]);
  });
});

/** The schema without the texts for people. */
function withoutTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTexts);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, text]) => !(/^(title|description)$/.test(name) && typeof text === 'string'))
      .map(([name, inner]) => [name, withoutTexts(inner)]),
  );
}

test('docs/outcome-event.schema.json is the schema by which outcomes are published', () => {
  const ours = z.toJSONSchema(outcomeEventSchema, { target: 'draft-7', io: 'input' });
  expect(withoutTexts(schema)).toEqual(withoutTexts(ours));
});
