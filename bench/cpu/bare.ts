/** The lower bound: one signed HTTP request of a text's size, without the SDK. Reports ms of CPU a request. */
import { createHash, createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import { cpuMs, MEASURED, texts, WARM_UP } from './batches.ts';

const AT_ONCE = 10;
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
const endpoint = new URL(process.env['AWS_ENDPOINT_URL'] ?? '');
const key = createHash('sha256').update('a signing key of today').digest();

async function run(count: number): Promise<void> {
  const left = texts(count).values();
  const lane = async () => {
    for (const text of left) await send(text);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

function send(text: string): Promise<void> {
  const date = `${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
  const hash = createHash('sha256').update(text).digest('hex');
  const canonical = `POST\n/\n\nhost:${endpoint.host}\nx-amz-date:${date}\n\nhost;x-amz-date\n${hash}`;
  const hashed = createHash('sha256').update(canonical).digest('hex');
  const signature = createHmac('sha256', key).update(`${date}\n${hashed}`).digest('hex');
  const headers = {
    'content-length': Buffer.byteLength(text),
    'x-amz-target': 'DynamoDB_20120810.UpdateItem',
    'x-amz-date': date,
    authorization: `AWS4-HMAC-SHA256 Credential=bench, Signature=${signature}`,
  };
  return new Promise((resolve, reject) => {
    const sent = request(endpoint, { method: 'POST', agent, headers }, (response) => {
      response.resume().once('end', resolve);
    });
    sent.once('error', reject).end(text);
  });
}

await run(WARM_UP);
const before = process.cpuUsage();
await run(MEASURED);
process.send?.(cpuMs(before) / MEASURED);
process.disconnect?.();
agent.destroy();
