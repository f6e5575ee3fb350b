/** Which lanes the supervisor paused during a run: its table, looked at each second. */
import { setTimeout as wait } from 'node:timers/promises';
import { type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';

/** A pause lasts a cool-down, which is many times as long. */
const LOOK_EVERY_MS = 1_000;

/** Ends with the names of all that were paused at any time, once `ended` aborts. */
export async function followPauses(
  dynamodb: DynamoDBDocumentClient,
  table: string,
  ended: AbortSignal,
): Promise<ReadonlySet<string>> {
  const paused = new Set<string>();
  for (;;) {
    // Looked at once more after the end: what was paused last is still held then.
    const last = ended.aborted;
    const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName: table }));
    for (const { name, holds } of Items) if (Object.keys(holds).length > 0) paused.add(name);
    if (last) return paused;
    await wait(LOOK_EVERY_MS, undefined, { signal: ended }).catch(() => {});
  }
}
