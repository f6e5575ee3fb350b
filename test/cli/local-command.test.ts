/** Kills what `npm start` runs, by the function's name: the message of a killed environment comes back. */
import {
  ChangeMessageVisibilityCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClients, destroyClients } from '../../packages/local-lambda/clients.ts';
import { type Runtime, startRuntime } from '../../packages/local-lambda/runtime.ts';
import { queueClient } from '../packages/local-lambda/support/queue-client.ts';
import { consumer, writeAssembly } from '../packages/local-lambda/support/tiny-assembly.ts';
import { cli } from '../support/cli.ts';

const NAME = 'fhir-failsafe-dev-work';
/** Holds its first message until it is killed; a message that came back is done at once. */
const HOLD_FIRST = `export const handler = ({ Records: [record] }) =>
  Number(record.attributes.ApproximateReceiveCount) > 1
    ? console.log('again: ' + record.body)
    : new Promise(() => {
        console.log('held: ' + record.receiptHandle);
        setInterval(() => {}, 1000);
      });`;

let runtime: Runtime;
let dispose: () => Promise<void>;
const lines: string[] = [];
beforeAll(async () => {
  const assembly = await writeAssembly({
    resources: consumer(
      'work',
      {},
      {
        // No machine is so busy that the message comes back before its environment is killed.
        queue: { VisibilityTimeout: 600 },
        function: { FunctionName: NAME, Timeout: 60 },
      },
    ),
    handlers: { work: HOLD_FIRST },
  });
  dispose = assembly.dispose;
  runtime = await startRuntime({
    assembly: assembly.directory,
    onLogLine: ({ line }) => lines.push(line),
  });
});
afterAll(async () => {
  await runtime.stop();
  await dispose();
});

const local = (args: string[], endpoint = runtime.endpoint) =>
  cli(['local', ...args], { env: { AWS_ENDPOINT_URL: endpoint === '' ? undefined : endpoint } });

/** The message that is held becomes visible, as once its time is up. */
async function endVisibility(): Promise<void> {
  const clients = createClients({ sqs: runtime.endpoint, dynamodb: runtime.endpoint });
  const held = /held: (\S+)/.exec(lines.join('\n'));
  await clients.sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: runtime.queueUrl('work'),
      ReceiptHandle: held?.[1],
      VisibilityTimeout: 0,
    }),
  );
  destroyClients(clients);
}

test('kills a function by name, and its message comes back', async () => {
  expect(await local(['list'])).toMatchObject({
    status: 0,
    out: expect.stringMatching(/nothing is running/),
  });
  expect(await local(['kill', 'work'])).toMatchObject({
    status: 1,
    err: expect.stringMatching(/running are: nothing/),
  });
  await queueClient(runtime).send('work', ['a']);
  await expect.poll(() => lines.join('\n')).toContain('held: ');
  expect(runtime.environments()).toHaveLength(1);
  const [{ pid } = { pid: 0 }] = runtime.environments();
  expect((await local(['list'])).out).toBe(`work                   pid ${pid}\n`);
  expect(await local(['kill', 'wrok'])).toMatchObject({
    status: 2,
    err: expect.stringMatching(/no function wrok: did you mean work\?/),
  });
  expect(await local(['kill', 'work'])).toEqual({
    status: 0,
    out: `killed work                   pid ${pid}\n`,
    err: '',
  });
  await endVisibility();
  await expect.poll(() => lines.join('\n')).toContain('again: a');
});

test('the runtime survives malformed requests, and refuses a web page', async () => {
  const at = `${runtime.endpoint}/_local/environments`;
  expect((await fetch(`${at}/%E0%A4%A`, { method: 'DELETE' })).status).toBeLessThan(500);
  expect((await fetch(at, { method: 'POST' })).status).toBe(405);
  expect((await fetch(at, { headers: { origin: 'https://evil.example' } })).status).toBe(403);
});

test('says what is missing if no runtime runs', async () => {
  expect(await local(['list'], '')).toMatchObject({
    status: 2,
    err: expect.stringMatching(/set AWS_ENDPOINT_URL/),
  });
  const elsewhere = await local(['list'], 'http://127.0.0.1:1');
  expect(elsewhere).toMatchObject({
    status: 1,
    err: expect.stringMatching(/nothing answers at http:\/\/127\.0\.0\.1:1/),
  });
});

test("prints queue addresses with the gateway's port, as other clients use them", async () => {
  const clients = createClients({ sqs: runtime.endpoint, dynamodb: runtime.endpoint });
  const url = runtime.queueUrl('work');
  expect(url.startsWith(runtime.endpoint)).toBe(true);
  const { QueueUrl } = await clients.sqs.send(new GetQueueUrlCommand({ QueueName: 'work' }));
  expect(QueueUrl).toBe(url);
  const { QueueUrls } = await clients.sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'work' }));
  expect(QueueUrls).toContain(url);
  destroyClients(clients);
});
