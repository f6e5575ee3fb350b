import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  type DynamoDBClientConfig,
} from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { callConfig, documentsOf } from '../../aws/clients.ts';
import { isKnownRefusal } from '../../aws/conditional-write.ts';
import { DirectDynamo } from '../../aws/direct-dynamo.ts';
import { realMachine } from '../../aws/machine.ts';
import { scoped } from '../../telemetry/invocation.ts';
import { takeThrottles } from '../../telemetry/throttles.ts';

type Answer = { status?: number; text: string } | 'reset' | 'silence';
interface Heard {
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

let server: Server;
let answers: Answer[] = [];
let heard: Heard[] = [];
beforeEach(async () => {
  answers = [];
  heard = [];
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', `http://127.0.0.1:${port}`);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  takeThrottles();
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.close();
  server.closeAllConnections();
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  heard.push({ headers: request.headers, body: JSON.parse(String(await buffer(request))) });
  const next = answers.shift() ?? { text: '{}' };
  if (next === 'silence') return;
  if (next === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  response.writeHead(next.status ?? 200, { 'x-amzn-requestid': 'r-1' }).end(next.text);
}

const direct = () => new DirectDynamo(new DynamoDBClient(callConfig()), realMachine);
const bySdk = () => documentsOf(new DynamoDBClient(callConfig()));
const refused = (type: string, status = 400) => ({
  status,
  text: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'no' }),
});

const UPDATE = {
  TableName: 't',
  Key: { pk: 'a' },
  UpdateExpression: 'SET #x = :x',
  ExpressionAttributeNames: { '#x': 'x' },
  ExpressionAttributeValues: { ':x': { text: 'Zoë', list: [1, null, true], gone: undefined } },
};
const ITEM = '{"pk":{"S":"a"},"n":{"N":"7"},"m":{"M":{"b":{"BOOL":false}}}}';

describe('a direct call of DynamoDB', () => {
  test.each([
    ['an update', () => new UpdateCommand(UPDATE), '{}'],
    ['an update that answers', () => new UpdateCommand(UPDATE), `{"Attributes":${ITEM}}`],
    ['a put', () => new PutCommand({ TableName: 't', Item: { pk: 'a', n: 1.5 } }), '{}'],
    ['a get', () => new GetCommand({ TableName: 't', Key: { pk: 'a' } }), `{"Item":${ITEM}}`],
    ['a get of nothing', () => new GetCommand({ TableName: 't', Key: { pk: 'b' } }), '{}'],
    [
      'a query',
      () => new QueryCommand({ TableName: 't', ExclusiveStartKey: { pk: 'a' }, Limit: 2 }),
      `{"Items":[${ITEM}],"Count":1,"ScannedCount":3,"LastEvaluatedKey":{"pk":{"S":"a"}}}`,
    ],
  ])('%s asks and answers as by the SDK', async (_, command, text) => {
    answers = [{ text }, { text }];
    const { $metadata, ...expected } = await bySdk().send(command() as GetCommand);
    const got: unknown = await direct().send(command() as GetCommand);
    expect(got).toEqual(expected);
    const [first, second] = heard;
    expect(second?.body).toEqual(first?.body);
    for (const name of ['host', 'content-type', 'x-amz-target', 'content-length']) {
      expect(second?.headers[name], name).toBe(first?.headers[name]);
    }
    expect(second?.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\//);
  });

  test('R09: a refused condition is the SDK’s error, and known not to be written', async () => {
    answers = [refused('ConditionalCheckFailedException')];
    const error = await direct()
      .send(new UpdateCommand(UPDATE))
      .catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(ConditionalCheckFailedException);
    expect(isKnownRefusal(error)).toBe(true);
    expect(heard).toHaveLength(1);
  });

  test('R09: a condition refused after a lost answer is not known to be unwritten', async () => {
    answers = ['reset', refused('ConditionalCheckFailedException')];
    const error = await direct()
      .send(new UpdateCommand(UPDATE))
      .catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(ConditionalCheckFailedException);
    expect(isKnownRefusal(error)).toBe(false);
    expect(heard).toHaveLength(2);
  });

  test.each([
    ['throttled', refused('ProvisionedThroughputExceededException'), 2],
    ['refused by a busy service', { status: 503, text: 'busy' }, 0],
    ['cut off', 'reset', 0],
  ] as const)('tries again if it was %s, and counts throttles', async (_, trouble, throttles) => {
    answers = [trouble, trouble];
    expect(await direct().send(new UpdateCommand(UPDATE))).toEqual({});
    expect(heard).toHaveLength(3);
    expect(takeThrottles()).toBe(throttles);
  });

  test('gives up after as many tries as the SDK', async () => {
    answers = ['reset', 'reset', 'reset', 'reset'];
    await expect(direct().send(new UpdateCommand(UPDATE))).rejects.toThrow();
    expect(heard).toHaveLength(3);
  });

  test('tries once what cannot come right', async () => {
    answers = [refused('ValidationException')];
    const sent = direct().send(new UpdateCommand(UPDATE));
    await expect(sent).rejects.toMatchObject({ name: 'ValidationException', message: 'no' });
    expect(heard).toHaveLength(1);
  });

  test('R61: is aborted when the work that made it is over', async () => {
    answers = ['silence'];
    let sent: Promise<unknown> = Promise.resolve();
    await scoped(async () => {
      sent = direct().send(new UpdateCommand(UPDATE));
      sent.catch(() => undefined);
      await vi.waitFor(() => expect(heard).toHaveLength(1));
    });
    await expect(sent).rejects.toMatchObject({ name: 'AbortError' });
    expect(heard).toHaveLength(1);
  });

  test('goes by the SDK where a middleware was added, to the client or the command', async () => {
    const seen: string[] = [];
    const step = (name: string) =>
      [
        (next: (args: never) => Promise<never>) => async (args: never) => {
          seen.push(name);
          return next(args);
        },
        { step: 'initialize', name, override: true },
      ] as const;
    const own = new UpdateCommand(UPDATE);
    own.middlewareStack.add(
      ...(step('command') as unknown as Parameters<typeof own.middlewareStack.add>),
    );
    await direct().send(own);
    const changed = direct();
    await changed.send(new UpdateCommand(UPDATE));
    changed.middlewareStack.add(
      ...(step('client') as unknown as Parameters<typeof changed.middlewareStack.add>),
    );
    await changed.send(new UpdateCommand(UPDATE));
    expect(seen).toEqual(['command', 'client']);
    expect(heard).toHaveLength(3);
  });

  test.each([
    ['the region', {}, 'dynamodb.eu-central-1.amazonaws.com'],
    ['FIPS', { useFipsEndpoint: true }, 'dynamodb-fips.eu-central-1.amazonaws.com'],
  ])('without an endpoint of its own goes to that of %s', async (_, more, host) => {
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', undefined);
    vi.stubEnv('AWS_ENDPOINT_URL', undefined);
    const asked: Record<string, unknown>[] = [];
    const requestHandler = {
      handle: async (request: Record<string, unknown>) => {
        asked.push(request);
        return { response: { statusCode: 200, headers: {}, body: Readable.from(['{}']) } };
      },
    };
    const settings = { region: 'eu-central-1', requestHandler, ...more };
    const client = new DynamoDBClient(settings as DynamoDBClientConfig);
    await new DirectDynamo(client, realMachine).send(new UpdateCommand(UPDATE));
    expect(asked).toMatchObject([
      { protocol: 'https:', hostname: host, path: '/', method: 'POST', headers: { host } },
    ]);
    expect(JSON.stringify(asked)).toContain('/eu-central-1/dynamodb/aws4_request');
  });
});
