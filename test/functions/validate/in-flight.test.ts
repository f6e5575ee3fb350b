import { randomUUID } from 'node:crypto';
import type { SQSRecord } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import type { InFlight } from '../../../functions/validate/in-flight.ts';
import { skipTime } from '../../support/clock.ts';
import { failCalls } from '../../support/faults.ts';
import { inFlightOf } from '../../support/in-flight.ts';
import { useStage } from '../../support/stage.ts';
import { itemsOf } from '../../support/stores.ts';

const stage = useStage({}, ['incident']);

/** A lease of 50 s accepts no new batch after 35 s. */
const LEASE_FULL_MS = 40_000;
const NO_TIME = () => 0;

/** Uses clients that `failing` can make fail. */
const inFlightHere = () => inFlightOf(stage.world, stage.functions.clients[0]);
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
  failCalls(stage.functions, 'dynamo', (command) => commands.includes(command));

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
