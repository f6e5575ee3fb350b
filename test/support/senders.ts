/** Sends as an IAM principal, and makes stages with sources. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MessageAttributeValue, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll } from 'vitest';
import { groupIdOf } from '../../core/message/message-group.ts';
import { type SourceRules, sourceRulesSchema } from '../../core/source/sources.ts';
import { ENV } from '../../telemetry/env-names.ts';
import type { Queue } from './provision.ts';

/** The identity of the tests' functions: their access key is not one of IAM's, so it is the account. */
const FUNCTIONS_THEMSELVES = '000000000000';

export interface Sent {
  /** The message group; by default the source that the message claims, or none. */
  readonly group?: string | undefined;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Sends with the signature of a principal (`AROA…:session`, `AIDA…`); returns the message's id. */
export async function sendAs(
  principal: string,
  queue: Queue,
  body: string,
  { group, attributes = {} }: Sent = {},
): Promise<string> {
  const sqs = new SQSClient({
    credentials: { accessKeyId: principal, secretAccessKey: 'test' },
    useQueueUrlAsEndpoint: false,
  });
  const label = attributes['source'];
  const MessageGroupId = group ?? (label === undefined ? undefined : groupIdOf(label));
  const MessageAttributes = Object.fromEntries(
    Object.entries(attributes).map(([name, StringValue]): [string, MessageAttributeValue] => [
      name,
      { DataType: 'String', StringValue },
    ]),
  );
  const { MessageId = '' } = await sqs.send(
    new SendMessageCommand({
      QueueUrl: queue.url,
      MessageBody: body,
      MessageAttributes,
      MessageGroupId,
    }),
  );
  sqs.destroy();
  return MessageId;
}

/** For a file's tests: functions that are loaded from now on know these sources. */
export function useSources(rules: Omit<SourceRules, 'senderIds'> & Partial<SourceRules>): {
  change(rules: SourceRules): void;
} {
  const folder = mkdtempSync(join(tmpdir(), 'failsafe-sources-'));
  const file = join(folder, 'sources.json');
  const change = (to: unknown) => writeFileSync(file, JSON.stringify(sourceRulesSchema.parse(to)));
  beforeAll(() => {
    change(rules);
    process.env[ENV.sourcesFile] = file;
    process.env[ENV.ownRoleIds] = FUNCTIONS_THEMSELVES;
  });
  afterAll(() => {
    delete process.env[ENV.sourcesFile];
    delete process.env[ENV.ownRoleIds];
    rmSync(folder, { recursive: true });
  });
  return { change };
}
