/** A proxy for DynamoDB: each write to a table takes a while, and its time is recorded. */
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { type Relay, startRelay } from '../../packages/local-lambda/relay.ts';

export interface SlowTable extends Relay {
  /** When each key was first written, in ms of `performance.now()`. */
  readonly writtenAt: ReadonlyMap<string, number>;
}

/** The time of a write is then latency and not work, so that the rate depends little on the machine. */
export async function startSlowTable(
  target: string,
  table: string,
  writeMs: number,
): Promise<SlowTable> {
  const writtenAt = new Map<string, number>();
  const relay = await startRelay(target, async (req, res, handOn) => {
    const body = await buffer(req);
    const key = keyWritten(String(req.headers['x-amz-target']), body, table);
    if (key !== undefined) await wait(writeMs);
    const answer = await handOn(req, body);
    if (key !== undefined && answer.statusCode === 200 && !writtenAt.has(key)) {
      writtenAt.set(key, performance.now());
    }
    res.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(res);
  });
  return { ...relay, writtenAt };
}

function keyWritten(operation: string, body: Buffer, table: string): string | undefined {
  if (!operation.endsWith('.UpdateItem') && !operation.endsWith('.PutItem')) return undefined;
  const { TableName, Key, Item } = JSON.parse(body.toString());
  return TableName === table ? String((Key ?? Item).pk.S) : undefined;
}
