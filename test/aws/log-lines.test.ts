import {
  CloudWatchLogsClient,
  type FilterLogEventsCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect, test } from 'vitest';
import { linesHolding } from '../../aws/log-lines.ts';

/** Answers as CloudWatch Logs with these lines, and keeps its requests. */
function logs(output: object) {
  const client = new CloudWatchLogsClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'nobody', secretAccessKey: 'nothing' },
  });
  const requests: FilterLogEventsCommandInput[] = [];
  client.middlewareStack.add(
    () => async (args) => {
      requests.push(args.input as FilterLogEventsCommandInput);
      return { response: {}, output: { $metadata: {}, ...output } } as never;
    },
    { step: 'initialize' },
  );
  return { client, requests };
}

const SPAN = { from: 1_000, to: 9_000, limit: 2 };

test('finds the lines that contain an id literally, within a time range', async () => {
  const { client, requests } = logs({ events: [{ timestamp: 2_000, message: 'START' }] });

  const found = await linesHolding(client, '/aws/lambda/one', 'a-b"c', SPAN);

  expect(found).toEqual({ lines: [{ at: 2_000, text: 'START' }], more: false });
  expect(requests).toEqual([
    {
      logGroupName: '/aws/lambda/one',
      filterPattern: '"a-bc"',
      startTime: 1_000,
      endTime: 9_000,
      limit: 2,
    },
  ]);
});

test('says that there is more if CloudWatch has more', async () => {
  const { client } = logs({ events: [], nextToken: 'further' });

  expect(await linesHolding(client, '/aws/lambda/one', 'id', SPAN)).toEqual({
    lines: [],
    more: true,
  });
});
