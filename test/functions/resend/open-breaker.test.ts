import { GetCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, expect, test, vi } from 'vitest';
import { breakersTable } from '../../../aws/breakers-table.ts';
import { setDeliveryDue } from '../../../aws/deliveries.ts';
import { obey } from '../../../core/breaker/breaker-operator.ts';
import { UNKNOWN_SERVICE } from '../../../core/breaker/breaker-state.ts';
import { makePatientDynamo } from '../../support/cold.ts';
import { useDeliveryStage } from '../../support/delivery-stage.ts';
import { tableAt } from '../../support/handles.ts';
import { depthOf } from '../../support/stores.ts';

const SERVICE = 'fhir-server';
const stage = useDeliveryStage();
afterEach(() => vi.restoreAllMocks());

async function forceOpen(): Promise<void> {
  const store = breakersTable({
    name: stage.world.tables.breakers,
    dynamo: makePatientDynamo(),
  });
  const until = Date.now() + 600_000;
  const word = {
    kind: 'force-open',
    until,
    by: 'ada',
    reason: 'a new server',
    token: 't',
  } as const;
  const { next } = obey(UNKNOWN_SERVICE, word, Date.now());
  expect(await store.save(SERVICE, UNKNOWN_SERVICE, next)).toBe(true);
}

/** A pending delivery whose trigger is due, and the number of triggers that a minute sends. */
async function sentInAMinute(): Promise<number> {
  const pk = await stage.store('a', 1);
  await setDeliveryDue(tableAt(stage.world.tables.resources), pk, 1);
  const before = await depthOf(stage.world.queues.delivery);
  await stage.lane.resend();
  return (await depthOf(stage.world.queues.delivery)) - before;
}

/** Reads of the table Breakers fail or are counted. */
function watchBreakers({ fail }: { readonly fail: boolean }): () => number {
  const { dynamo } = stage.lane.resendClients;
  const send = dynamo.send.bind(dynamo) as (command: object) => Promise<object>;
  let reads = 0;
  vi.spyOn(dynamo, 'send').mockImplementation(async (command: object) => {
    const isRead = command instanceof ScanCommand || command instanceof GetCommand;
    if (!isRead || command.input.TableName !== stage.world.tables.breakers) return send(command);
    reads += 1;
    if (fail) throw new Error('throttled');
    return send(command);
  });
  return () => reads;
}

test('R11: a minute reads the breakers once, and sends nothing for a server whose breaker is open', async () => {
  await forceOpen();
  const reads = watchBreakers({ fail: false });
  expect(await sentInAMinute()).toBe(0);
  expect(reads()).toBe(1);
});

test('R15: a minute in which the breakers cannot be read sends what is due', async () => {
  await forceOpen();
  watchBreakers({ fail: true });
  expect(await sentInAMinute()).toBe(1);
});
