/**
 * Requests that no SDK sends, but a browser, a scanner or a broken script does: none ends a part of the
 * runtime.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDownstream } from '../../../demo/downstream/server.ts';
import { startTerminology } from '../../../demo/downstream/terminology.ts';
import {
  type Clients,
  createClients,
  destroyClients,
} from '../../../packages/local-lambda/clients.ts';
import {
  type Emulators,
  startEmulators,
} from '../../../packages/local-lambda/emulators/emulators.ts';
import { type Gateway, startGateway } from '../../../packages/local-lambda/gateway.ts';
import { startRuntimeApi } from '../../../packages/local-lambda/lambda/runtime-api.ts';
import {
  type LambdaApi,
  startLambdaApi,
} from '../../../packages/local-lambda/lambda-api/lambda-api.ts';
import { pathOf } from '../../../packages/local-lambda/loopback.ts';
import { startRelay } from '../../../packages/local-lambda/relay.ts';
import {
  type SecretsManager,
  startSecretsManager,
} from '../../../packages/local-lambda/secrets.ts';

const HOST = 'Host: 127.0.0.1';
const signed = (service: string) =>
  `Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0\r\nX-Amz-Date: 20260101T000000Z`;
const request = (first: string, headers: readonly string[] = [], body = '') =>
  [`${first} HTTP/1.1`, HOST, ...headers, '', body].join('\r\n');
const post = (body: string, headers: readonly string[] = []) =>
  request('POST /', [`Content-Length: ${Buffer.byteLength(body)}`, ...headers], body);

/** Targets and framings that may trip a server. */
const ODD = [
  ...['/100%', '/%', '/%zz', '/%ff%fe', '/a%00b', '/%E0%A4%A', '/?%', '/?a=%zz', '//', '///a//b'],
  ...['*', '/..', '/../../etc/passwd', '/%2e%2e/%2e%2e', '/a?b=c?d#e', '/:80', '/[::1]', '/{}|^'],
  ...['http://127.0.0.1/x', 'http://127.0.0.1', 'http://evil.example/', 'https://a:b@c/', 'x:y'],
  ...['http://', 'http:/', 'http://[/', '//evil/x', '\\', 'a', '/bucket/%F0%9F%98%80', '/é'],
  ...['/2015-03-31/functions/%/invocations', '/2015-03-31/event-source-mappings/%zz'],
  ...['/?versions', '/a/b?uploadId=x', '/a?list-type=2&max-keys=x', '/a?policy', '/a?delete'],
].flatMap((target) =>
  ['GET', 'OPTIONS', 'PUT', 'POST', 'DELETE', 'HEAD', 'PATCH'].map((method) =>
    request(`${method} ${target}`, ['Content-Length: 0']),
  ),
);
const FRAMED = [
  request('CONNECT 127.0.0.1:1'),
  request('TRACE /'),
  request('GET /', ['Upgrade: websocket', 'Connection: Upgrade']),
  request('GET /', ['Expect: 100-continue']),
  request('POST /', ['Expect: a miracle', 'Content-Length: 2'], '{}'),
  request('POST /', ['Transfer-Encoding: chunked'], 'zz\r\n{}\r\n'),
  request('POST /', ['Transfer-Encoding: chunked'], '5\r\n{}'),
  request('POST /', ['Transfer-Encoding: chunked', 'Content-Length: 2'], '0\r\n\r\n'),
  request('POST /', ['Transfer-Encoding: gzip'], '{}'),
  request('POST /', ['Content-Length: -1'], '{}'),
  request('POST /', ['Content-Length: 1000'], '{}'),
  request('PUT /a/b', ['Content-Length: 1000', signed('s3')], 'half'),
  request('POST /', [`X-Large: ${'x'.repeat(100_000)}`]),
  request(`GET /${'x'.repeat(100_000)}`),
  request('GET /', ['X: \u0001']),
  request('GET /', ['Host: other']),
  ['GET / HTTP/1.1', '', ''].join('\r\n'),
  ['GET / HTTP/1.0', '', ''].join('\r\n'),
  'GET / HTTP/9.9\r\n\r\n',
  'no http at all\r\n\r\n',
  '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003',
  '',
  `${request('GET /')}${request('GET /100%')}${request('OPTIONS *')}`,
];
/** Bodies that no service expects, sent to each. */
const BODIES = [
  '',
  '{',
  'null',
  '[]',
  '1',
  '""',
  '{"a":',
  '\u0000',
  '<xml',
  'Action=',
  '%',
  'a=%zz',
];
const TARGETS = [
  ...['DynamoDB_20120810.PutItem', 'DynamoDB_20120810.Query', 'DynamoDB_20120810.Nothing'],
  ...['DynamoDB_20120810.CreateTable', 'DynamoDB_20120810.UpdateItem', 'DynamoDB_', 'x.y.z', ''],
  ...['AmazonSQS.SendMessage', 'AmazonSQS.ReceiveMessage', 'AmazonSQS.Nothing', 'AmazonSQS.'],
  ...['secretsmanager.GetSecretValue', 'secretsmanager.Nothing', 'constructor', '__proto__'],
];
const TYPES = ['application/x-amz-json-1.0', 'application/x-www-form-urlencoded', 'text/plain', ''];
const SERVICES = ['sqs', 'sns', 's3', 'sts', 'dynamodb', 'lambda', 'secretsmanager', 'ec2'];
const MALFORMED = SERVICES.flatMap((service) =>
  BODIES.flatMap((body) =>
    TYPES.map((type, n) =>
      post(body, [
        signed(service),
        `Content-Type: ${type}`,
        `X-Amz-Target: ${TARGETS[(n + body.length + service.length) % TARGETS.length]}`,
      ]),
    ),
  ),
);
/** Well-formed JSON of the wrong shape. */
const MISSHAPEN = TARGETS.flatMap((target) =>
  [
    '{"TableName":{}}',
    '{"TableName":"items","Key":1,"Item":{"pk":{"S":1}}}',
    '{"TableName":"items","Item":{"pk":null}}',
    '{"TableName":"items","Key":{"pk":{"S":"a"}},"UpdateExpression":"SET a = :a"}',
    '{"TableName":"items","KeyConditionExpression":"((((","ExpressionAttributeValues":{":a":{"Q":1}}}',
    '{"QueueUrl":1,"MessageBody":{}}',
    '{"QueueUrl":"x","MessageBody":5}',
    '{"QueueUrl":"http://127.0.0.1/000000000000/odd","MessageBody":["a"],"MessageAttributes":5}',
    '{"QueueUrl":"http://127.0.0.1/000000000000/odd","Entries":{}}',
    '{"SecretId":null}',
    '{"__proto__":{"a":1},"TableName":"__proto__"}',
  ].map((body) =>
    post(body, [
      signed(target.startsWith('Dynamo') ? 'dynamodb' : 'sqs'),
      'Content-Type: application/x-amz-json-1.0',
      `X-Amz-Target: ${target}`,
    ]),
  ),
);
const ALL = [...ODD, ...FRAMED, ...MALFORMED, ...MISSHAPEN];

/**
 * How a client leaves: after its answer, having closed its half at once, or having been reset. A patient one
 * waits until the server closes the connection.
 */
type Manner = 'answered' | 'half-closed' | 'reset' | 'patient';
/** Some requests are never answered. */
const PATIENCE_MS = 500;

/** The answer that came back. */
async function send(port: number, text: string, manner: Manner): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const over = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => {});
  let answer = '';
  const answered = new Promise<void>((resolve) => {
    socket.setEncoding('latin1').on('data', (some) => {
      answer += some;
      if (answer.includes('\r\n\r\n')) setTimeout(resolve, 10);
    });
  });
  await once(socket, 'connect');
  socket.write(Buffer.from(text, 'latin1'));
  if (manner === 'half-closed') socket.end();
  const end = manner === 'answered' ? [answered, over] : [over];
  if (manner === 'patient') await over;
  else if (manner !== 'reset')
    await Promise.race([...end, wait(PATIENCE_MS, undefined, { ref: false })]);
  socket.resetAndDestroy();
  return answer;
}

let emulators: Emulators;
let lambda: LambdaApi;
let secrets: SecretsManager;
let gateway: Gateway;
let clients: Clients;
const others: { readonly endpoint: string; stop(): Promise<void> }[] = [];
beforeAll(async () => {
  emulators = await startEmulators(undefined);
  lambda = await startLambdaApi();
  lambda.serve({ functions: new Map(), mappings: [], invokeNow: () => Promise.reject() });
  secrets = await startSecretsManager(new Map([['arn:a', 'value']]));
  gateway = await startGateway(
    { ...emulators.endpoints, lambda: lambda.endpoint, secretsmanager: secrets.endpoint },
    0,
  );
  clients = createClients({ sqs: gateway.endpoint, dynamodb: gateway.endpoint });
  await clients.sqs.send(new CreateQueueCommand({ QueueName: 'odd' }));
  await clients.s3.send(new CreateBucketCommand({ Bucket: 'odd' }));
  const runtimeApi = await startRuntimeApi();
  const { address } = runtimeApi.register('environment', () => {});
  others.push(
    await startDownstream(),
    await startTerminology(),
    await startRelay(emulators.endpoints.sqs, async (req, res, handOn) => {
      (await handOn(req, Buffer.from(''))).pipe(res);
    }),
    { endpoint: `http://${address}`, stop: runtimeApi.stop },
  );
});
afterAll(async () => {
  destroyClients(clients);
  for (const { stop } of others) await stop();
  await gateway.stop();
  await secrets.stop();
  await lambda.stop();
  await emulators.stop();
});

/** All services still work. */
async function expectAlive(): Promise<void> {
  const QueueUrl = `${gateway.endpoint}/000000000000/odd`;
  await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'alive' }));
  const { Messages } = await clients.sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  expect(Messages?.length).toBe(1);
  const { TableNames } = await clients.dynamodb.send(new ListTablesCommand());
  expect(TableNames).toEqual([]);
}

async function sendAll(
  port: number,
  manner: Manner,
  each: (answer: string) => void = () => {},
  some: readonly string[] = ALL,
) {
  let sent = 0;
  for (let at = 0; at < some.length; at += 50) {
    await Promise.all(
      some.slice(at, at + 50).map(async (text) => {
        each(await send(port, text, manner));
        sent += 1;
      }),
    );
  }
  expect(sent).toBeGreaterThan(150);
}

test('R09: odd requests end nothing, and each gets an answer in HTTP', async () => {
  const statuses = new Map<string, number>();
  await sendAll(Number(new URL(gateway.endpoint).port), 'answered', (answer) => {
    if (answer === '') return;
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1];
    expect(status, answer.slice(0, 200)).toBeDefined();
    statuses.set(status ?? '', (statuses.get(status ?? '') ?? 0) + 1);
  });
  expect(statuses.get('400')).toBeGreaterThan(0);
  await expectAlive();
});

test('R09: clients that leave before their answer end nothing', async () => {
  for (const manner of ['reset', 'half-closed'] as const) {
    const some = ALL.filter((_, n) => n % 3 === manner.length % 3);
    await sendAll(Number(new URL(gateway.endpoint).port), manner, undefined, some);
  }
  await expectAlive();
});

test('R09: odd requests to the servers behind the gateway, which anybody may find, end nothing', async () => {
  const { sqs, dynamodb } = emulators.endpoints;
  const ports = [sqs, dynamodb, ...others.map(({ endpoint }) => endpoint)].map((endpoint) =>
    Number(new URL(endpoint).port),
  );
  const all = [...ports, ...[lambda, secrets].map((one) => Number(new URL(one.endpoint).port))];
  for (const [place, port] of all.entries()) {
    const some = ALL.filter((_, n) => n % 4 === place % 4);
    await sendAll(port, 'reset', undefined, some);
  }
  await expectAlive();
});

test.each(['/100%', '*', '/%E0%A4%A'])('GET %s is refused with a sentence', async (target) => {
  const answer = await send(
    Number(new URL(gateway.endpoint).port),
    request(`GET ${target}`, ['Connection: close']),
    'patient',
  );
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(answer).toContain('refused: the request has no path that can be read');
});

test.each([
  ['/a/b?c', '/a/b?c'],
  ['http://127.0.0.1:4566/a?b', '/a?b'],
  ['http://127.0.0.1:4566', '/'],
  ['HTTPS://host/?x', '/?x'],
  ['*', undefined],
  ['a', undefined],
  ['127.0.0.1:80', undefined],
  ['/%', undefined],
  ['', undefined],
])('the target %s is the path %s', (target, path) => {
  expect(pathOf(target)).toBe(path);
});

test.each(['😀', '𠮷', '\u{10ffff}', 'a\u{1f469}\u200d\u{1f4bb}z'])(
  'the queue accepts %s, as SQS does',
  async (text) => {
    const QueueUrl = `${gateway.endpoint}/000000000000/odd`;
    await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: text }));
    const { Messages } = await clients.sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(Messages?.map(({ Body }) => Body)).toEqual([text]);
  },
);

test.each(['\u0000', '\u000b', '\ufffe', '\uffff'])(
  'the queue refuses %j, as SQS does',
  async (text) => {
    const QueueUrl = `${gateway.endpoint}/000000000000/odd`;
    const sent = clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: text }));
    await expect(sent).rejects.toThrow(/Invalid characters found/);
  },
);

test('an object may be empty', async () => {
  const there = { Bucket: 'odd', Key: 'empty' };
  await clients.s3.send(new PutObjectCommand({ ...there, Body: '', ContentLength: 0 }));
  await clients.s3.send(new PutObjectCommand({ Bucket: 'odd', Key: 'without', ContentLength: 0 }));
  const { Body, ContentLength } = await clients.s3.send(new GetObjectCommand(there));
  expect([await Body?.transformToString(), ContentLength]).toEqual(['', 0]);
});
