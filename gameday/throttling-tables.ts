/** A proxy before DynamoDB that answers for a table that it is throttled, while requested. */
import { buffer } from 'node:stream/consumers';
import { type Relay, startRelay } from '../packages/local-lambda/relay.ts';

export interface ThrottlingTables extends Relay {
  /** The table's requests are refused until the returned function is called. */
  throttle(table: string): () => void;
}

const REFUSAL = JSON.stringify({
  __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
  message: 'a game day',
});

/** `onThrottled` is called for each refused request. */
export async function startThrottlingTables(
  target: string,
  onThrottled: (table: string, operation: string) => void,
): Promise<ThrottlingTables> {
  const throttled = new Set<string>();
  const relay = await startRelay(target, async (req, res, handOn) => {
    const body = await buffer(req);
    const table = [...throttled].find((name) => body.includes(`"TableName":"${name}"`));
    if (table !== undefined) {
      onThrottled(table, String(req.headers['x-amz-target']).split('.')[1] ?? '');
      res.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(REFUSAL);
      return;
    }
    const answer = await handOn(req, body);
    res.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(res);
  });
  return {
    ...relay,
    throttle(table) {
      throttled.add(table);
      return () => throttled.delete(table);
    },
  };
}
