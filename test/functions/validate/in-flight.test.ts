import { randomUUID } from 'node:crypto';
import type { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { SQSRecord } from 'aws-lambda';
import { beforeEach, describe, expect, test } from 'vitest';
import type { InFlight } from '../../../functions/validate/in-flight.ts';
import { testClients } from '../../support/clients.ts';
import { skipTime } from '../../support/clock.ts';
import { coldDeps } from '../../support/cold.ts';
import { failCalls } from '../../support/faults.ts';
import type { Clients } from '../../support/functions.ts';
import { inFlightOf } from '../../support/in-flight.ts';
import { useStage } from '../../support/stage.ts';
import { itemsOf } from '../../support/stores.ts';

const stage = useStage({}, []);
let clients: Clients;
beforeEach(() => {
  clients = coldDeps('validate-background');
});

/** A lease of 50 s accepts no new batch after 35 s. */
const LEASE_FULL_MS = 40_000;
const NO_TIME = () => 0;

/** Uses clients that `failing` can make fail. */
const inFlightHere = () => inFlightOf(stage.world, clients);
const open = (environment: InFlight, ...ids: string[]) => environment.open(ids, randomUUID());
const marks = () => itemsOf(stage.world.tables.inFlight);

/** What another environment says about a message that it receives for the second time. */
async function suspicionOf(messageId: string): Promise<string> {
  const attributes = {
    ApproximateReceiveCount: '2',
    ApproximateFirstReceiveTimestamp: `${Date.now()}`,
  };
  const record = { messageId, attributes } as SQSRecord;
  const suspicion = await inFlightHere().suspicion([record]);
  return suspicion(record);
}

const failing = (...commands: string[]) =>
  failCalls({ clients: [clients] }, 'dynamo', (command) => commands.includes(command));

/** An environment whose first batch was returned while its mark could not be emptied. */
async function withMarkLeft(): Promise<InFlight> {
  const environment = inFlightHere();
  await open(environment, 'late');
  const mend = failing('PutItemCommand');
  expect(await environment.close(randomUUID(), NO_TIME)).toBe(false);
  mend();
  skipTime(LEASE_FULL_MS);
  return environment;
}

test('R03: marks of dead environments are looked for again at once if the search failed', async () => {
  await open(inFlightHere(), 'lost');
  skipTime(60_000);
  const attributes = {
    ApproximateReceiveCount: '2',
    ApproximateFirstReceiveTimestamp: `${Date.now() - 60_000}`,
  };
  const record = { messageId: 'lost', attributes } as SQSRecord;
  const environment = inFlightHere();
  const mend = failing('QueryCommand');
  expect((await environment.suspicion([record]))(record)).toBe('unclear');
  mend();
  expect((await environment.suspicion([record]))(record)).toBe('suspect');
});

describe('a mark under an earlier lease, while its environment lives', () => {
  test('R03: makes no suspect, although the first write under the next lease failed', async () => {
    const environment = await withMarkLeft();
    const mend = failing('PutItemCommand');
    await expect(open(environment, 'next')).rejects.toThrow('was not written');
    mend();
    await open(environment, 'next');
    expect(await marks()).toMatchObject([{ messageIds: ['next'] }]);
    skipTime(20_000);
    expect(await suspicionOf('late')).toBe('none');
  });

  test('R03: makes no suspect, although its first removals failed', async () => {
    const environment = await withMarkLeft();
    const mend = failing('DeleteItemCommand');
    await open(environment, 'next');
    await open(environment, 'and next');
    expect(await marks()).toHaveLength(2);
    mend();
    await open(environment, 'last');
    expect(await marks()).toMatchObject([{ messageIds: ['last'] }]);
  });

  test('R03: is forgotten only after it is removed', async () => {
    const environment = await withMarkLeft();
    const mend = failing('DeleteItemCommand');
    await open(environment, 'late');
    expect(await environment.close(randomUUID(), NO_TIME)).toBe(false);
    mend();
    expect(await environment.close(randomUUID(), NO_TIME)).toBe(true);
    expect(await marks()).toMatchObject([{ messageIds: [] }]);
  });

  test('R03: is not treated as a death by the environment itself', async () => {
    const environment = await withMarkLeft();
    skipTime(30_000);
    const attributes = {
      ApproximateReceiveCount: '2',
      ApproximateFirstReceiveTimestamp: `${Date.now()}`,
    };
    const record = { messageId: 'late', attributes } as SQSRecord;
    const mend = failing('DeleteItemCommand');
    expect((await environment.suspicion([record]))(record)).toBe('unclear');
    mend();
    expect((await environment.suspicion([record]))(record)).toBe('none');
    expect(await marks()).toEqual([]);
  });

  test('R03: is remembered for the last 32 leases', async () => {
    const environment = inFlightHere();
    const mend = failing('DeleteItemCommand');
    for (let lease = 0; lease < 34; lease += 1) {
      await open(environment, `batch ${lease}`);
      skipTime(LEASE_FULL_MS);
    }
    mend();
    await open(environment, 'last');
    const left = await marks();
    expect(left.map(({ messageIds }) => messageIds).sort()).toEqual([
      ['batch 0'],
      ['batch 1'],
      ['last'],
    ]);
  });
});

/** An environment, and the writes that it sends. `loses`: a write and its answer do not arrive in time. */
function followed(loses: (sent: number) => boolean = () => false) {
  const sent: PutCommand[] = [];
  const send = (command: object) => {
    if (command.constructor.name !== 'PutCommand')
      return testClients().dynamo.send(command as never);
    if (loses(sent.push(command as PutCommand))) throw new Error('no answer');
    return testClients().dynamo.send(command as never);
  };
  const dynamo = { send } as unknown as Clients['dynamo'];
  return { environment: inFlightOf(stage.world, { ...clients, dynamo }), sent };
}

const names = async () => (await marks()).map(({ messageIds }) => messageIds);
const arrivesNow = (write: PutCommand | undefined) =>
  testClients().dynamo.send(write as PutCommand);

describe('a first write of a mark that comes late', () => {
  test('R03: brings back no removed mark, since a lease begins with its first write', async () => {
    const { environment, sent } = followed();
    await open(environment, 'before');
    skipTime(LEASE_FULL_MS);
    const attributes = {
      ApproximateReceiveCount: '2',
      ApproximateFirstReceiveTimestamp: `${Date.now()}`,
    };
    await environment.suspicion([{ messageId: 'seen before', attributes } as SQSRecord]);
    // This batch marks nothing: all of its messages are isolated.
    expect(await marks()).toEqual([]);
    skipTime(30_000);
    await open(environment, 'given back');
    expect(await environment.close(randomUUID(), NO_TIME)).toBe(true);
    skipTime(10_000);
    await open(environment, 'next');
    await expect(arrivesNow(sent[1])).rejects.toThrow('conditional request failed');
    expect(await names()).toEqual([['next']]);
  });

  test('R03: is the only one that names messages: after it failed, an empty one makes the mark', async () => {
    const { environment, sent } = followed((count) => count <= 2);
    await expect(open(environment, 'lost')).rejects.toThrow('was not written');
    skipTime(30_000);
    await expect(open(environment, 'given back')).rejects.toThrow('was not written');
    await open(environment, 'in time');
    expect(await environment.close(randomUUID(), NO_TIME)).toBe(true);
    skipTime(10_000);
    await open(environment, 'next');
    expect(await names()).toEqual([['next']]);
    const [, empty, , named] = sent;
    expect(named?.input.Item?.['messageIds']).toEqual(['in time']);
    await expect(arrivesNow(named)).rejects.toThrow('conditional request failed');
    await arrivesNow(empty);
    expect((await names()).toSorted()).toEqual([[], ['next']]);
    skipTime(60_000);
    expect(await suspicionOf('given back')).toBe('none');
  });
});
