/** A probe needs a message that is surely there, an environment, and time until it has ended. */
import { type LambdaClient, LambdaServiceException } from '@aws-sdk/client-lambda';
import { beforeEach, expect, test } from 'vitest';
import { skipTime } from '../../support/clock.ts';
import { send } from '../../support/delivery.ts';
import { failCalls } from '../../support/faults.ts';
import {
  buildSupervisedWorld,
  deathsNow,
  factsOf,
  loadSupervisor,
  mappingsOf,
  minute,
  type SupervisedWorld,
  type SupervisorEnv,
  stateOf,
  tell,
  tellWithin,
} from '../../support/supervision.ts';
import { useLambdaService } from '../../support/use-lambda-service.ts';

const WAKE = { wake: 'minute' };

const service = useLambdaService();
let stage: SupervisedWorld;
let supervisor: SupervisorEnv;
let probed: number;

beforeEach(async () => {
  stage = await buildSupervisedWorld(service, { names: ['critical'] });
  supervisor = await loadSupervisor();
  probed = 0;
  answer(() => []);
  for (const body of ['one', 'two']) await send(stage.lanes.critical, body);
});

/** A minute ago. */
async function pause(): Promise<void> {
  await tell(stage, supervisor, ...deathsNow(4));
  await mappingsOf(stage, service);
  skipTime(60_000);
}

/** How the lane's function answers: with the messages that failed. */
function answer(failures: (id: string) => readonly string[]): void {
  service.answer(`fhir-failsafe-${stage.world.stage}-critical`, async (event) => {
    probed += 1;
    const [{ messageId = '' } = {}] = (event as { Records: { messageId: string }[] }).Records;
    const batchItemFailures = failures(messageId).map((itemIdentifier) => ({ itemIdentifier }));
    return { batchItemFailures };
  });
}

/** SQS finds no message in the receives for which this is true. */
function findNothing(inReceive: (waitSeconds: number) => boolean): void {
  const sqs = supervisor.clients[0]?.sqs;
  sqs?.middlewareStack.add(
    (next, context) => async (args) => {
      const { WaitTimeSeconds = 0 } = args.input as { WaitTimeSeconds?: number };
      const isReceive = context['commandName'] === 'ReceiveMessageCommand';
      if (!isReceive || !inReceive(WaitTimeSeconds)) return next(args);
      return { output: { $metadata: {} }, response: {} };
    },
    { step: 'initialize', name: 'nothing' },
  );
}

const step = async () => (await mappingsOf(stage, service))['critical'];

test('R33: SQS is asked for a message of the queue, not only of some of its servers', async () => {
  await pause();
  findNothing((waitSeconds) => waitSeconds === 0);
  await minute(stage, supervisor);
  expect([probed, await step()]).toEqual([1, 2]);
});

test('R33: a lane whose queue has messages does not return without a probe', async () => {
  await pause();
  findNothing(() => true);
  await minute(stage, supervisor);
  expect([probed, await step()]).toEqual([0, 'off']);
});

test('R33: no probe is begun that would outlive its supervisor; the next minute has time', async () => {
  await pause();
  expect(await tellWithin(19_000, stage, supervisor, WAKE)).toEqual([]);
  expect(probed).toBe(0);
  expect(await stateOf(stage, 'critical')).not.toHaveProperty('probe');
  await minute(stage, supervisor);
  expect([probed, await step()]).toEqual([1, 2]);
});

test.each([
  ['is tried if there is time', 27_000, 2],
  ['is not tried if there is not', 23_000, 1],
])('R33: after a bad message another one %s', async (_, timeoutMs, count) => {
  await pause();
  answer((id) => {
    skipTime(5_000);
    return [id];
  });
  expect(await tellWithin(timeoutMs, stage, supervisor, WAKE)).toEqual([]);
  expect(probed).toBe(count);
  expect(await stateOf(stage, 'critical')).toMatchObject({ setbacks: 1 });
});

const refusal = (name: string, $fault: 'client' | 'server') =>
  new LambdaServiceException({ name, $fault, $metadata: {} });

test.each([
  ['which is throttled', refusal('TooManyRequestsException', 'client'), 0],
  ['which is being changed', refusal('ResourceConflictException', 'client'), 0],
  ['which was idle in its VPC for weeks', refusal('ResourceNotReadyException', 'server'), 0],
  ['whose key is disabled', refusal('KMSDisabledException', 'server'), 0],
  ['whose subnet is full', refusal('SubnetIPAddressLimitReachedException', 'server'), 0],
  // It may have run.
  ['of which Lambda knows nothing', refusal('ServiceException', 'server'), 1],
  ['whose answer was lost', new TypeError('socket hang up'), 1],
])(
  'R09 R33: a probe of a function %s fails only if it may have run',
  async (_, error, setbacks) => {
    await pause();
    const [, lambda] = supervisor.others as LambdaClient[];
    lambda?.middlewareStack.add(
      () => async () => {
        throw error;
      },
      { step: 'initialize', name: 'refused' },
    );
    expect(await minute(stage, supervisor)).toEqual([]);
    expect(await stateOf(stage, 'critical')).toMatchObject({ setbacks });
    expect(await step()).toBe('off');
    lambda?.middlewareStack.remove('refused');
    if (setbacks > 0) return;
    skipTime(60_000);
    await minute(stage, supervisor);
    expect([probed, await step()]).toEqual([1, 2]);
  },
);

test.each([
  ['cannot be received from', 'ReceiveMessageCommand', 'off'],
  ['does not delete the message of a probe that went well', 'DeleteMessageCommand', 2],
])('R09 R33: a queue that %s does not delay the lane until a lease ends', async (_, call, then) => {
  await pause();
  const allow = failCalls(supervisor, 'sqs', (command) => command === call);
  expect(await minute(stage, supervisor)).toEqual([]);
  expect(await step()).toBe(then);
  expect(await stateOf(stage, 'critical')).not.toHaveProperty('probe');
  allow();
  skipTime(60_000);
  await minute(stage, supervisor);
  expect(probed).toBe(1);
});

test('R33: a lane returns by its probe while the audit log cannot be told; it is told later', async () => {
  const allow = failCalls(supervisor, 'sqs', (command) => command === 'SendMessageBatchCommand');
  await pause();
  expect(await minute(stage, supervisor)).not.toEqual([]);
  expect([probed, await step()]).toEqual([1, 2]);
  allow();
  await minute(stage, supervisor);
  const kinds = (await factsOf(stage)).map(({ kind }) => kind);
  expect(kinds).toEqual(['lane-paused', 'lane-resumed']);
});
