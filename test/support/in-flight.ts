/** Environments of a lane that died with messages in hand. */
import { randomUUID } from 'node:crypto';
import type { SQSRecord } from 'aws-lambda';
import type { InFlight } from '../../functions/validate/in-flight.ts';
import { skipTime } from './clock.ts';
import type { World } from './world.ts';

/** The defaults of the lanes. */
export const IN_FLIGHT_POLICY = { functionTimeoutMs: 10_000, visibilityMs: 60_000 };

/** What an environment of the lane knows and writes about its messages. */
export async function inFlightOf(world: World): Promise<InFlight> {
  const { InFlight } = await import('../../functions/validate/in-flight.ts');
  const { lane, tables } = world;
  return new InFlight({ table: tables.inFlight, lane, id: randomUUID() }, IN_FLIGHT_POLICY);
}

/** An environment took these messages and died; now SQS shows them again. */
export async function dieWith(world: World, records: readonly SQSRecord[]): Promise<void> {
  const environment = await inFlightOf(world);
  await environment.open(
    records.map(({ messageId }) => messageId),
    randomUUID(),
  );
  skipTime(60_000);
}
