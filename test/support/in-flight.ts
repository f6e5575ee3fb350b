/** Environments of a lane that died with messages in flight. */
import { randomUUID } from 'node:crypto';
import type { SQSRecord } from 'aws-lambda';
import { surroundings } from '../../aws/surroundings.ts';
import { InFlight } from '../../functions/validate/in-flight.ts';
import { later, skipTime } from './clock.ts';
import type { Clients } from './functions.ts';
import { tableAt } from './handles.ts';
import type { World } from './world.ts';

/** The defaults of the lanes. */
export const IN_FLIGHT_POLICY = { functionTimeoutMs: 10_000, visibilityMs: 60_000 };

/** What an environment of the lane knows and writes about its messages. */
export function inFlightOf(world: World, clients?: Pick<Clients, 'dynamo'>): InFlight {
  const { lane, tables } = world;
  const { telemetry, ...machine } = surroundings(process.env);
  return new InFlight(
    {
      ...{ ...machine, later },
      ...{ lane, table: tableAt(tables.inFlight, clients), id: randomUUID() },
      logger: telemetry.logger,
    },
    IN_FLIGHT_POLICY,
  );
}

/** An environment received these messages and died; now SQS makes them visible again. */
export async function dieWith(world: World, records: readonly SQSRecord[]): Promise<void> {
  const environment = inFlightOf(world);
  await environment.open(
    records.map(({ messageId }) => messageId),
    randomUUID(),
  );
  skipTime(60_000);
}
