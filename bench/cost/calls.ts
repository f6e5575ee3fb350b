/** How AWS bills one call. */
import type { Item } from './prices.ts';

export interface Call {
  readonly service: 'sqs' | 'sns' | 's3' | 'dynamodb';
  readonly operation: string;
  /** Name of the queue, topic, bucket or table. */
  readonly resource: string;
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** A standard queue whose messages have a group id: SQS charges more for all of its requests. */
  readonly fair?: boolean;
  /** DynamoDB's own figure, if it reports one. */
  readonly capacityUnits?: number | undefined;
}

/** SQS and SNS bill each 64 KB of a payload as a request. */
const CHUNK_BYTES = 64 * 1024;
const chunks = (bytes: number) => Math.max(1, Math.ceil(bytes / CHUNK_BYTES));

const SQS_OPERATIONS =
  /^(Send|Delete)Message(Batch)?$|^ReceiveMessage$|^ChangeMessageVisibility(Batch)?$/;
const DYNAMODB_WRITES = /^(Put|Update|Delete|BatchWrite)Item$/;
const DYNAMODB_READS = /^(GetItem|BatchGetItem|Query)$/;

/** Undefined for calls that only the measurement or the set-up makes. */
export function billedAs(call: Call): { item: Item; amount: number } | undefined {
  const { service, operation, requestBytes, responseBytes, capacityUnits } = call;
  switch (service) {
    case 'sqs': {
      if (!SQS_OPERATIONS.test(operation)) return undefined;
      const bytes = operation === 'ReceiveMessage' ? responseBytes : requestBytes;
      return { item: queueItem(call), amount: chunks(bytes) };
    }
    case 'sns':
      if (!/^Publish(Batch)?$/.test(operation)) return undefined;
      return { item: 'snsPublishes', amount: chunks(requestBytes) };
    case 's3':
      if (operation === 'PUT') return { item: 's3Puts', amount: 1 };
      return operation === 'GET' ? { item: 's3Gets', amount: 1 } : undefined;
    case 'dynamodb':
      // A failed condition reports no units and is billed as a write nevertheless.
      if (DYNAMODB_WRITES.test(operation)) {
        return { item: 'dynamoWriteUnits', amount: capacityUnits ?? 1 };
      }
      if (!DYNAMODB_READS.test(operation)) return undefined;
      return { item: 'dynamoReadUnits', amount: capacityUnits ?? 0.5 };
  }
}

function queueItem({ resource, fair = false }: Call): Item {
  if (resource.endsWith('.fifo')) return 'sqsFifoRequests';
  return fair ? 'sqsFairRequests' : 'sqsRequests';
}
