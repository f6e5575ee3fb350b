import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { billOf } from '../../bench/cost/bill.ts';
import { billedAs, type Call } from '../../bench/cost/calls.ts';
import { insight } from '../../bench/cost/insight.ts';
import { startMeter } from '../../bench/cost/meter.ts';
import { PRICES } from '../../bench/cost/prices.ts';
import { standing } from '../../bench/cost/standing-cost.ts';
import { texts } from '../../bench/cost/texts.ts';
import { promiseOf, Usage } from '../../bench/cost/usage.ts';
import { validateText } from '../../packages/fhir-validator/validator.ts';
import { createClients, destroyClients } from '../../packages/local-lambda/clients.ts';
import type { Relay } from '../../packages/local-lambda/relay.ts';
import { type Emulators, startEmulators } from '../support/emulators.ts';
import { buildWorld } from '../support/world.ts';

const call = (some: Partial<Call>): Call => ({
  service: 'sqs',
  operation: 'SendMessage',
  resource: 'queue',
  requestBytes: 100,
  responseBytes: 100,
  ...some,
});

describe('a call to AWS', () => {
  test.each([
    [{ requestBytes: 65_536 }, { item: 'sqsRequests', amount: 1 }],
    [{ requestBytes: 65_537 }, { item: 'sqsRequests', amount: 2 }],
    [
      { operation: 'ReceiveMessage', responseBytes: 200_000 },
      { item: 'sqsRequests', amount: 4 },
    ],
    [{ fair: true }, { item: 'sqsFairRequests', amount: 1 }],
    [{ resource: 'audit.fifo' }, { item: 'sqsFifoRequests', amount: 1 }],
    [{ operation: 'GetQueueAttributes' }, undefined],
    [
      { service: 'sns', operation: 'PublishBatch' },
      { item: 'snsPublishes', amount: 1 },
    ],
    [
      { service: 's3', operation: 'PUT' },
      { item: 's3Puts', amount: 1 },
    ],
    [
      { service: 'dynamodb', operation: 'PutItem', capacityUnits: 5 },
      { item: 'dynamoWriteUnits', amount: 5 },
    ],
    [
      { service: 'dynamodb', operation: 'UpdateItem' },
      { item: 'dynamoWriteUnits', amount: 1 },
    ],
    [{ service: 'dynamodb', operation: 'Scan' }, undefined],
  ] as const)('%j is billed as %j', (some, billed) => {
    expect(billedAs(call(some))).toEqual(billed);
  });
});

describe('the meter', () => {
  let emulators: Emulators;
  const meters: Relay[] = [];
  beforeAll(async () => {
    emulators = await startEmulators();
  });
  afterEach(async () => {
    for (const meter of meters.splice(0)) await meter.stop();
  });
  afterAll(() => emulators.stop());

  test('records each call as AWS bills it, and changes none', async () => {
    const world = await buildWorld();
    const calls: Call[] = [];
    for (const name of ['AWS_ENDPOINT_URL_SQS', 'AWS_ENDPOINT_URL_DYNAMODB']) {
      meters.push(await startMeter(process.env[name] ?? '', (made) => calls.push(made)));
    }
    const [sqs = '', dynamodb = ''] = meters.map(({ endpoint }) => endpoint);
    const clients = createClients({ sqs, dynamodb });
    const documents = DynamoDBDocumentClient.from(clients.dynamodb);
    const QueueUrl = world.queues.lane.url;
    await clients.sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x'.repeat(100_000) }));
    const { Messages } = await clients.sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(Messages?.[0]?.Body).toHaveLength(100_000);
    const grouped = { QueueUrl, MessageBody: 'y', MessageGroupId: 'source' };
    await clients.sqs.send(new SendMessageCommand(grouped));
    const TableName = world.tables.resources;
    await documents.send(new PutCommand({ TableName, Item: { pk: 'a', body: 'x'.repeat(3_500) } }));
    const refused = new UpdateCommand({
      TableName,
      Key: { pk: 'a' },
      UpdateExpression: 'SET body = :b',
      ConditionExpression: 'attribute_not_exists(pk)',
      ExpressionAttributeValues: { ':b': '' },
    });
    await expect(documents.send(refused)).rejects.toThrow();
    const object = { Bucket: world.bucket, Key: 'submissions/a' };
    await clients.s3.send(new PutObjectCommand({ ...object, Body: 'body' }));
    const { Body } = await clients.s3.send(new GetObjectCommand(object));
    expect(await Body?.transformToString()).toBe('body');
    destroyClients(clients);
    expect(calls.map(billedAs)).toEqual([
      { item: 'sqsRequests', amount: 2 },
      { item: 'sqsRequests', amount: 2 },
      { item: 'sqsFairRequests', amount: 1 },
      { item: 'dynamoWriteUnits', amount: 4 },
      { item: 'dynamoWriteUnits', amount: 1 },
      { item: 's3Puts', amount: 1 },
      { item: 's3Gets', amount: 1 },
    ]);
    expect(calls[3]?.resource).toBe(TableName);
    expect(calls[5]?.resource).toBe(world.bucket);
  });
});

test('each usage is attributed to the promise that it serves', () => {
  expect(
    [
      'critical',
      'critical-isolation',
      'background-dead-letter',
      'audit.fifo',
      'audit-dead-letter.fifo',
      'supervisor',
      'incidents',
      'resources',
      'breakers',
    ].map((name) => promiseOf(`fhir-failsafe-dev-${name}`)),
  ).toEqual([
    'validate and store',
    'isolation',
    'isolation',
    'audit',
    'audit',
    'supervision',
    'incidents',
    'validate and store',
    'breaker',
  ]);
});

test('a bill is the usage of each kind times its number, plus the standing costs', () => {
  const using = (requests: number) => {
    const usage = new Usage();
    usage.add('validate and store', 'sqsRequests', requests);
    return usage;
  };
  const measured = {
    ours: { valid: using(4), invalid: using(5), crashing: using(50) },
    plain: { valid: using(3), invalid: using(3) },
    metrics: {
      idle: 1,
      seen: [
        { valid: 1, invalid: 0, crashing: 0 },
        { valid: 0, invalid: 0, crashing: 0.0365 },
      ],
    },
  };
  const fixed = new Usage();
  fixed.add('audit', 'kmsKeys', 1);
  const month = { resources: 1_000_000, bytes: 1_000, packedBytes: 400, invalid: 0.1, crash: 0.01 };
  const { ours, plain } = billOf(month, measured, fixed);
  expect(ours.of('sqsRequests')).toBeCloseTo(
    890_000 * 4 + 100_000 * 5 + 10_000 * 50 + insight(month.resources).of('sqsRequests'),
  );
  expect(plain.of('sqsRequests')).toBeCloseTo(3_000_000);
  // No emulator counts the writes of an index: one for a stored resource, two for a quarantined one.
  expect(ours.of('dynamoWriteUnits')).toBeCloseTo(890_000 + 110_000 * 2);
  expect(ours.byService().get('KMS')).toBe(1);
  expect(ours.byPromise().get('audit')).toBe(1);
  // What is stored is packed; what is quarantined is not.
  expect(ours.of('dynamoGbMonths')).toBeCloseTo(0.89 * 0.4 + 0.11);
  expect(plain.of('dynamoGbMonths')).toBeCloseTo(0.89);
  // One in every hour and one in half of them, besides what stands anyway.
  expect(ours.of('metrics')).toBeCloseTo(1 + 0.5 - 1);
  const promises = [...ours.byPromise().values()].reduce((sum, usd) => sum + usd, 0);
  expect(promises).toBeCloseTo(ours.usd());
});

test('reports and analytics write at most an object for each outcome, and no more than pollers can fill', () => {
  const [few, many] = [insight(1_000), insight(1_000_000_000)];
  const everyMinute = 43_800;
  expect(few.of('s3Puts')).toBe(2_000 + everyMinute);
  expect(many.of('s3Puts')).toBe(5 * 43_800 + 5 * 8_760 + everyMinute);
  expect(many.of('sqsRequests')).toBeCloseTo(400_000_000);
  expect([...many.byPromise()].filter(([, usd]) => usd > 0).map(([promise]) => promise)).toEqual([
    'reports and analytics',
  ]);
});

test('standing costs are read from the template, with the promise that each serves', () => {
  const usage = standing(
    {
      AuditQueue1A: {
        Type: 'AWS::SQS::Queue',
        Properties: { QueueName: 'fhir-failsafe-dev-audit.fifo' },
      },
      AuditKey2B: { Type: 'AWS::KMS::Key' },
      AuditAge: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: { Metrics: [{ Expression: 'a + b' }, { MetricStat: {} }, { MetricStat: {} }] },
      },
      AuditFaults: { Type: 'AWS::CloudWatch::Alarm', Properties: { MetricName: 'Faults' } },
      SupervisorMapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { EventSourceArn: { 'Fn::GetAtt': ['CrashessupervisorQueue3C', 'Arn'] } },
      },
      Minute: {
        Type: 'AWS::Events::Rule',
        Properties: { Targets: [{ Arn: { 'Fn::GetAtt': ['CrashesincidentQueue4D', 'Arn'] } }] },
      },
    },
    10,
  );
  expect(usage.of('kmsKeys')).toBe(1);
  // One for each metric that an alarm reads.
  expect(usage.of('alarms')).toBe(3);
  expect(usage.of('metrics')).toBe(10);
  expect(usage.of('sqsRequests')).toBe(15 * 43_800 + 3 * 43_800);
  const by = usage.byPromise();
  expect(by.get('audit')).toBeGreaterThan(1);
  expect(by.get('supervision')).toBeCloseTo(15 * 43_800 * PRICES.sqsRequests.usd);
  expect(by.get('incidents')).toBeGreaterThan(0);
});

test('sample texts are of their kind, and about as large as requested', () => {
  for (const text of texts('valid', 20, 4_000, 1)) {
    expect(validateText(text).issues.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(Math.abs(Buffer.byteLength(text) - 4_000)).toBeLessThan(100);
  }
  for (const text of texts('invalid', 20, 4_000, 1)) {
    expect(validateText(text).issues.some(({ severity }) => severity === 'error')).toBe(true);
  }
  expect(texts('crashing', 25, 4_000, 1).join()).toContain('"code":"hang"');
});

test('every price has its source and its purpose', () => {
  for (const { usd, per, source } of Object.values(PRICES)) {
    expect(usd).toBeGreaterThan(0);
    expect(per).not.toBe('');
    expect(source).toMatch(/^https:\/\/aws\.amazon\.com\/[a-z0-9-]+\/pricing\//);
  }
});
