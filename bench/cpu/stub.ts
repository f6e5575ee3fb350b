/**
 * A server in a process of its own that answers every call of DynamoDB, SQS and SNS at once, and does
 * nothing. It sends its port to its parent.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

const IDS = Array.from({ length: 10 }, (_, n) => String(n));
const ENTRIES = IDS.map((id) => `<member><Id>${id}</Id><MessageId>m</MessageId></member>`).join('');
const SNS = {
  Publish: '<MessageId>m</MessageId>',
  PublishBatch: `<Successful>${ENTRIES}</Successful><Failed></Failed>`,
} as const;

const server = createServer(async (request, response) => {
  const body = await buffer(request);
  const { type, text } = answerTo(request, body);
  response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port);
});
process.once('disconnect', () => process.exit());

function answerTo(request: IncomingMessage, body: Buffer): { type: string; text: string } {
  const target = String(request.headers['x-amz-target'] ?? '');
  if (target === '') {
    const action = new URLSearchParams(String(body)).get('Action') as keyof typeof SNS;
    const text = `<${action}Response><${action}Result>${SNS[action]}</${action}Result></${action}Response>`;
    return { type: 'text/xml', text };
  }
  const text = target.endsWith('.Query') ? '{"Items":[],"Count":0,"ScannedCount":0}' : '{}';
  return { type: 'application/x-amz-json-1.0', text };
}
