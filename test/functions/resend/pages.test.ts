import { QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, expect, test, vi } from 'vitest';
import { setDeliveryDue } from '../../../aws/deliveries.ts';
import { useDeliveryStage } from '../../support/delivery-stage.ts';
import { tableAt } from '../../support/handles.ts';
import { depthOf } from '../../support/stores.ts';

const TRIGGERS = 40;
const SHARDS = 16;
const stage = useDeliveryStage();
afterEach(() => vi.restoreAllMocks());

/** Each page holds one row, and is shown once more as it was at first. Counts the pages that were asked for. */
function lagBehind() {
  const { dynamo } = stage.lane.resendClients;
  const send = dynamo.send.bind(dynamo) as (command: object) => Promise<object>;
  const pages = new Map<string, object>();
  let asked = 0;
  vi.spyOn(dynamo, 'send').mockImplementation(async (command: object) => {
    if (command instanceof ScanCommand) command.input.Limit = 1;
    if (!(command instanceof QueryCommand)) return send(command);
    asked += 1;
    const { ExpressionAttributeValues, ExclusiveStartKey } = command.input;
    const page = JSON.stringify([ExpressionAttributeValues?.[':shard'], ExclusiveStartKey]);
    command.input.Limit = 1;
    const shown = pages.get(page) ?? (await send(command));
    pages.set(page, shown);
    return shown;
  });
  return { asked: () => asked, pages };
}

/** Pending deliveries whose triggers are due. */
async function dueTriggers(count: number): Promise<void> {
  const resources = tableAt(stage.world.tables.resources);
  for (let n = 0; n < count; n += 1)
    await setDeliveryDue(resources, await stage.store(`p${n}`, 1), 1);
}

/** Requests about what is pending. */
function askedOfIndex(): { readonly scans: number; readonly queries: number } {
  const calls = vi
    .mocked(stage.lane.resendClients.dynamo.send)
    .mock.calls.map(([command]) => command);
  const scans = calls.filter(
    (command) => command instanceof ScanCommand && command.input.IndexName === 'by-pending',
  );
  return {
    scans: scans.length,
    queries: calls.filter((command) => command instanceof QueryCommand).length,
  };
}

test('R18: where little is pending, one request finds what is due, and nothing else is sent', async () => {
  await dueTriggers(3);
  await stage.store('later', 1);
  const before = await depthOf(stage.world.queues.delivery);
  vi.spyOn(stage.lane.resendClients.dynamo, 'send');
  await stage.lane.resend();
  expect(await depthOf(stage.world.queues.delivery)).toBe(before + 3);
  expect(askedOfIndex()).toEqual({ scans: 1, queries: 0 });
});

test('R18: where more is pending than a page holds, all shards are asked', async () => {
  await dueTriggers(101);
  const before = await depthOf(stage.world.queues.delivery);
  vi.spyOn(stage.lane.resendClients.dynamo, 'send');
  await stage.lane.resend();
  expect(await depthOf(stage.world.queues.delivery)).toBe(before + 101);
  expect(askedOfIndex()).toEqual({ scans: 1, queries: SHARDS });
});

test('R18: a minute sends each lost trigger once, page by page, though the index still shows it as due', async () => {
  await dueTriggers(TRIGGERS);
  const before = await depthOf(stage.world.queues.delivery);
  const index = lagBehind();
  await stage.lane.resend();
  expect(await depthOf(stage.world.queues.delivery)).toBe(before + TRIGGERS);
  // A page of one row each, and at the end of a shard an empty one.
  expect(index.asked()).toBe(index.pages.size);
  expect(index.pages.size).toBe(TRIGGERS + SHARDS);
});
