/** One message of a lane's queue, received by the supervisor, and run by the lane's function. */
import { InvokeCommand, type LambdaClient, LambdaServiceException } from '@aws-sdk/client-lambda';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { PROBE_PROPERTY } from '../core/supervision/supervisor-messages.ts';

export interface LaneQueue {
  readonly queueUrl: string;
  readonly queueArn: string;
}

const answerSchema = z.object({
  batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })),
  isolated: z.boolean().optional(),
}) satisfies z.ZodType<SQSBatchResponse>;

/**
 * A message that is there now, in the form in which an event source mapping would deliver it. Without waiting SQS asks
 * only some of its servers, and may answer that there is none:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
 */
export async function receiveProbeMessage(
  sqs: SQSClient,
  lane: LaneQueue,
): Promise<SQSRecord | undefined> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: lane.queueUrl,
      MaxNumberOfMessages: 1,
      WaitTimeSeconds: 1,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    }),
  );
  return Messages[0] === undefined ? undefined : toRecord(Messages[0], lane.queueArn);
}

/** Whether there are messages, received or not. SQS counts approximately. */
export async function hasMessages(sqs: SQSClient, { queueUrl }: LaneQueue): Promise<boolean> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    }),
  );
  return Object.values(Attributes).some((count) => Number(count) > 0);
}

export async function deleteMessage(
  sqs: SQSClient,
  lane: LaneQueue,
  { receiptHandle }: SQSRecord,
): Promise<void> {
  await sqs.send(
    new DeleteMessageCommand({ QueueUrl: lane.queueUrl, ReceiptHandle: receiptHandle }),
  );
}

/**
 * `died`: the function, not the message. `isolated`: an earlier probe died with this message, so it was
 * moved to the isolation queue and not run.
 */
export type ProbeAnswer = 'done' | 'isolated' | 'failed' | 'died';

/** Runs the message as the probe of a component. Throws if Lambda did not answer, or refused ({@link wasNotRun}). */
export async function runProbe(
  lambda: LambdaClient,
  functionName: string,
  record: SQSRecord,
  child: string,
): Promise<ProbeAnswer> {
  const event: SQSEvent = { Records: [record] };
  const invoke = new InvokeCommand({
    FunctionName: functionName,
    InvocationType: 'RequestResponse',
    Payload: new TextEncoder().encode(JSON.stringify({ ...event, [PROBE_PROPERTY]: { child } })),
  });
  const { FunctionError, Payload } = await lambda.send(invoke);
  if (FunctionError !== undefined) return 'died';
  const text = new TextDecoder().decode(Payload);
  const answer = answerSchema.safeParse(text === '' ? undefined : JSON.parse(text));
  if (!answer.success) return 'died';
  if (answer.data.batchItemFailures.length > 0) return 'failed';
  return answer.data.isolated ? 'isolated' : 'done';
}

/**
 * The server errors by which Lambda says that it could not make an environment.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
 */
const NO_ENVIRONMENT =
  /^(?:EC2|ENI|KMS|InvalidRuntime|InvalidSecurityGroupID|InvalidSubnetID|InvalidZipFile|ResourceNotReady|SubnetIPAddressLimitReached)/;

/** Whether Lambda refused to run the function. Of other errors it may have run. */
export function wasNotRun(error: unknown): boolean {
  if (!(error instanceof LambdaServiceException)) return false;
  return error.$fault === 'client' || NO_ENVIRONMENT.test(error.name);
}

function toRecord(message: Message, queueArn: string): SQSRecord {
  const attributes = Object.entries(message.MessageAttributes ?? {});
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: { ...message.Attributes } as SQSRecord['attributes'],
    messageAttributes: Object.fromEntries(
      attributes.map(([name, { DataType = 'String', StringValue, BinaryValue }]) => [
        name,
        {
          dataType: DataType as 'String',
          ...(StringValue !== undefined && { stringValue: StringValue }),
          ...(BinaryValue && { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
        },
      ]),
    ),
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(':')[3] ?? '',
  };
}
