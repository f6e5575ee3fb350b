import {
  GetEventSourceMappingCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { describe, expect, test } from 'vitest';
import { EventSource } from '../../../simulation/lambda/event-source.ts';
import { LambdaFunction } from '../../../simulation/lambda/function.ts';
import { type Handler, NO_FUNCTION_FAULTS } from '../../../simulation/lambda/function-plan.ts';
import { LambdaApi } from '../../../simulation/lambda/lambda-api.ts';
import { Lasting } from '../../../simulation/road.ts';
import { Scheduler } from '../../../simulation/scheduler.ts';
import { NO_QUEUE_FAULTS } from '../../../simulation/sqs/message.ts';
import { Sqs } from '../../../simulation/sqs/sqs.ts';

const UUID = 'm';

function api(handle: Handler, concurrencyMax = 10) {
  const scheduler = new Scheduler(1);
  const tell = () => undefined;
  const around = { scheduler, random: scheduler.random, tell };
  const sqs = new Sqs({ ...around, faults: () => NO_QUEUE_FAULTS });
  const rest = { visibilityMs: 1, retentionMs: 1e9, delayMs: 0 };
  const queue = sqs.create({ ...rest, name: 'q', arn: 'arn:q', isFifo: false });
  const target = new LambdaFunction(
    { name: 'f', timeoutMs: 1_000, concurrencyMax, load: () => handle },
    { scheduler, faults: () => NO_FUNCTION_FAULTS, tell },
  );
  const mapping = { queue, target, batchSize: 1, windowMs: 0, concurrencyMax: 5 };
  const sources = [new EventSource({ uuid: UUID, ...mapping, reportsFailures: true }, scheduler)];
  const functions = new Map([['f', target]]);
  const its = new LambdaApi({
    functions,
    sources,
    envOf: (name) => ({ NAME: name }),
    timeoutOf: () => 30,
  });
  const invoke = async () => {
    const Payload = Buffer.from('{"n":1}');
    const answer = its.perform(new InvokeCommand({ FunctionName: 'f', Payload })) as Lasting<{
      Payload: Buffer;
      FunctionError?: string;
    }>;
    expect(answer).toBeInstanceOf(Lasting);
    let ended: { Payload: Buffer; FunctionError?: string } | undefined;
    answer.begin((value) => {
      ended = value;
    });
    await scheduler.run(() => ended !== undefined);
    return ended && { ...ended, Payload: JSON.parse(ended.Payload.toString()) as unknown };
  };
  return { scheduler, its, invoke };
}

describe("Lambda's API", () => {
  test('changes a mapping some time later, and accepts no other change meanwhile', async () => {
    const { its, scheduler } = api(async () => null);
    const get = () => its.perform(new GetEventSourceMappingCommand({ UUID }));
    const update = (Enabled: boolean, MaximumConcurrency: number) =>
      its.perform(
        new UpdateEventSourceMappingCommand({
          UUID,
          Enabled,
          ScalingConfig: { MaximumConcurrency },
        }),
      );
    expect(get()).toMatchObject({ State: 'Enabled', ScalingConfig: { MaximumConcurrency: 5 } });
    expect(update(true, 2)).toMatchObject({
      State: 'Updating',
      ScalingConfig: { MaximumConcurrency: 5 },
    });
    expect(() => update(false, 2)).toThrow('in use');
    await scheduler.run(() => false);
    expect(get()).toMatchObject({ State: 'Enabled', ScalingConfig: { MaximumConcurrency: 2 } });
    expect(update(false, 2)).toMatchObject({ State: 'Disabling' });
    await scheduler.run(() => false);
    expect(get()).toMatchObject({ State: 'Disabled' });
    expect(() => update(true, 1)).toThrow();
  });

  test('returns the function’s environment variables and its timeout', () => {
    const { its } = api(async () => null);
    const command = new GetFunctionConfigurationCommand({ FunctionName: 'f' });
    expect(its.perform(command)).toEqual({
      FunctionName: 'f',
      Environment: { Variables: { NAME: 'f' } },
      Timeout: 30,
    });
  });

  test('waits for the end of an invocation', async () => {
    const { invoke } = api(async (event) => ({ got: event }));
    expect(await invoke()).toEqual({ StatusCode: 200, Payload: { got: { n: 1 } } });
    const failing = api(async () => {
      throw new RangeError('no');
    });
    expect(await failing.invoke()).toMatchObject({
      FunctionError: 'Unhandled',
      Payload: { errorType: 'RangeError' },
    });
    const hanging = api(() => new Promise(() => undefined));
    expect(await hanging.invoke()).toMatchObject({ FunctionError: 'Unhandled' });
  });

  test('refuses an invocation if no environment is free', () => {
    const { its } = api(async () => null, 0);
    const command = new InvokeCommand({ FunctionName: 'f', Payload: Buffer.from('{}') });
    expect(() => its.perform(command)).toThrow('Rate Exceeded');
  });
});
