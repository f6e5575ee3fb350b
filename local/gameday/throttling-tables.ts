/** Stands before DynamoDB, and answers for a table that it is throttled, as long as that is asked for. */
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface ThrottlingTables {
  readonly endpoint: string;
  /** The table's requests are refused until the function that this returns is called. */
  throttle(table: string): () => void;
  stop(): Promise<void>;
}

const REFUSAL = JSON.stringify({
  __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
  message: 'a game day',
});

/** `onThrottled` is told of each request that was refused. */
export async function startThrottlingTables(
  target: string,
  onThrottled: (table: string, operation: string) => void,
): Promise<ThrottlingTables> {
  const agent = new Agent({ keepAlive: true });
  const throttled = new Set<string>();
  const server = createServer(async (req, res) => {
    try {
      const body = await buffer(req);
      const table = [...throttled].find((name) => body.includes(`"TableName":"${name}"`));
      if (table !== undefined) {
        onThrottled(table, String(req.headers['x-amz-target']).split('.')[1] ?? '');
        res.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(REFUSAL);
        return;
      }
      const answer = await handOn(agent, target, req, body);
      res.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(res);
    } catch {
      res.destroy();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    throttle(table) {
      throttled.add(table);
      return () => throttled.delete(table);
    },
    async stop() {
      agent.destroy();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function handOn(agent: Agent, target: string, req: IncomingMessage, body: Buffer) {
  const { 'transfer-encoding': _, ...kept } = req.headers;
  const headers = { ...kept, 'content-length': String(body.length) };
  return new Promise<IncomingMessage>((resolve, reject) => {
    const onward = send(target + req.url, { agent, method: req.method ?? 'GET', headers }, resolve);
    onward.on('error', reject);
    onward.end(body);
  });
}
