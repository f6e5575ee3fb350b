import { QueryCommand } from '@aws-sdk/lib-dynamodb';
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
  const { dynamo } = stage.lane.clients;
  const send = dynamo.send.bind(dynamo) as (command: object) => Promise<object>;
  const pages = new Map<string, object>();
  let asked = 0;
  vi.spyOn(dynamo, 'send').mockImplementation(async (command: object) => {
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

test('R18: a minute sends each lost trigger once, page by page, though the index still shows it as due', async () => {
  const resources = tableAt(stage.world.tables.resources);
  for (let n = 0; n < TRIGGERS; n += 1) {
    await setDeliveryDue(resources, await stage.store(`p${n}`, 1), 1);
  }
  const before = await depthOf(stage.world.queues.delivery);
  const index = lagBehind();
  await stage.lane.resend();
  expect(await depthOf(stage.world.queues.delivery)).toBe(before + TRIGGERS);
  // A page of one row each, and at the end of a shard an empty one.
  expect(index.asked()).toBe(index.pages.size);
  expect(index.pages.size).toBe(TRIGGERS + SHARDS);
});
