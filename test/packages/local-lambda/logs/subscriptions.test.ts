import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Runtime, startRuntime } from '../../../../packages/local-lambda/runtime.ts';
import { queueClient } from '../support/queue-client.ts';
import { consumer, type TinyStack, writeAssembly } from '../support/tiny-assembly.ts';

const STACK: TinyStack = {
  resources: {
    ...consumer('dying', { BatchSize: 1 }),
    dyingLogs: {
      Type: 'AWS::Logs::LogGroup',
      Properties: { LogGroupName: '/aws/lambda/dying-function' },
    },
    ...consumer('watching', { Enabled: false }),
    Subscription: {
      Type: 'AWS::Logs::SubscriptionFilter',
      Properties: {
        FilterName: 'deaths',
        FilterPattern: '{ $.type = "platform.report" && $.record.status = "error" }',
        LogGroupName: { Ref: 'dyingLogs' },
        DestinationArn: { 'Fn::GetAtt': ['watchingFunction', 'Arn'] },
      },
    },
    Permission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: { Ref: 'watchingFunction' },
        Principal: 'logs.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': ['dyingLogs', 'Arn'] },
      },
    },
  },
  handlers: {
    dying: `export const handler = ({ Records: [{ body }] }) => { if (body === 'die') process.exit(1); };`,
    watching: 'export const handler = (event) => console.log(JSON.stringify(event));',
  },
};

let runtime: Runtime;
let dispose: () => Promise<void>;
const delivered: { awslogs: { data: string } }[] = [];

beforeAll(async () => {
  const assembly = await writeAssembly(STACK);
  dispose = assembly.dispose;
  runtime = await startRuntime({
    assembly: assembly.directory,
    environmentsMax: 4,
    onLogLine({ functionName, line }) {
      if (functionName === 'watching-function' && line.startsWith('{"awslogs"')) {
        delivered.push(JSON.parse(line));
      }
    },
  });
});

afterAll(async () => {
  await runtime.stop();
  await dispose();
});

test('the platform’s record of a death reaches the subscribed function in CloudWatch’s format', async () => {
  await queueClient(runtime).send('dying', ['live', 'die']);
  await expect.poll(() => delivered).toHaveLength(1);
  const data = Buffer.from(delivered[0]?.awslogs.data ?? '', 'base64');
  const delivery = JSON.parse(gunzipSync(data).toString());
  expect(delivery).toEqual({
    messageType: 'DATA_MESSAGE',
    owner: '000000000000',
    logGroup: '/aws/lambda/dying-function',
    logStream: expect.stringContaining('[$LATEST]'),
    subscriptionFilters: ['deaths'],
    logEvents: [
      { id: expect.any(String), timestamp: expect.any(Number), message: expect.any(String) },
    ],
  });
  expect(JSON.parse(delivery.logEvents[0].message)).toMatchObject({
    type: 'platform.report',
    record: { status: 'error', errorType: 'Runtime.ExitError', requestId: expect.any(String) },
  });
});
