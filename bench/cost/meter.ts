/**
 * A proxy between the pipeline and an emulator that passes each call on and reports it. DynamoDB is asked
 * for the capacity that each call used; the answer is otherwise unchanged.
 */
import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { serviceOf } from '../../packages/local-lambda/gateway.ts';
import { type Relay, startRelay } from '../../packages/local-lambda/relay.ts';
import type { Call } from './calls.ts';

export function startMeter(target: string, onCall: (call: Call) => void): Promise<Relay> {
  const fairQueues = new Set<string>();
  return startRelay(target, async (req, res, handOn) => {
    const asked = withCapacity(req, await buffer(req));
    const answer = await handOn(req, asked);
    const body = await buffer(answer);
    const call = callOf(req, asked, body);
    if (call?.service === 'sqs' && asked.includes('"MessageGroupId"'))
      fairQueues.add(call.resource);
    // A long poll that found nothing is an artefact of this machine; bill.ts has what AWS does.
    if (call !== undefined && !isEmptyPoll(call, body)) {
      onCall({ ...call, fair: fairQueues.has(call.resource) });
    }
    res.writeHead(answer.statusCode ?? 502, answer.rawHeaders).end(body);
  });
}

const targetOf = (req: IncomingMessage) => String(req.headers['x-amz-target'] ?? '').split('.')[1];

function withCapacity(req: IncomingMessage, body: Buffer): Buffer {
  const isItems = /Item$|^Query$/.test(targetOf(req) ?? '');
  if (serviceOf(req) !== 'dynamodb' || !isItems) return body;
  return Buffer.from(
    JSON.stringify({ ...JSON.parse(String(body)), ReturnConsumedCapacity: 'TOTAL' }),
  );
}

function callOf(req: IncomingMessage, asked: Buffer, answered: Buffer): Call | undefined {
  const bytes = { requestBytes: asked.length, responseBytes: answered.length };
  const service = serviceOf(req);
  switch (service) {
    case 'sqs': {
      const { QueueUrl = '' } = parsed(asked);
      const resource = String(QueueUrl).split('/').at(-1) ?? '';
      return { service, operation: targetOf(req) ?? '', resource, ...bytes };
    }
    case 'sns': {
      const form = new URLSearchParams(String(asked));
      const resource = (form.get('TopicArn') ?? '').split(':').at(-1) ?? '';
      return { service, operation: form.get('Action') ?? '', resource, ...bytes };
    }
    case 's3': {
      const [, resource = ''] = (req.url ?? '').split(/[/?]/);
      return { service, operation: req.method ?? '', resource, ...bytes };
    }
    case 'dynamodb': {
      const { TableName, RequestItems } = parsed(asked);
      const resource = String(TableName ?? Object.keys(RequestItems ?? {})[0] ?? '');
      const capacityUnits = capacityOf(parsed(answered)['ConsumedCapacity']);
      return { service, operation: targetOf(req) ?? '', resource, ...bytes, capacityUnits };
    }
    default:
      return undefined;
  }
}

/** Of one table, or of a list of them. */
function capacityOf(said: unknown): number | undefined {
  const [first] = Array.isArray(said) ? said : [said];
  return (first as { CapacityUnits?: number } | undefined)?.CapacityUnits;
}

const isEmptyPoll = ({ operation }: Call, body: Buffer) =>
  operation === 'ReceiveMessage' && !body.includes('"ReceiptHandle"');

function parsed(body: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(String(body)) ?? {};
  } catch {
    return {};
  }
}
