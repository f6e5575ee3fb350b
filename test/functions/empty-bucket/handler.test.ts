/** `empty-bucket`, with the SDK's clients: the emulator's S3, and a server in place of CloudFormation. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import type {
  CloudFormationCustomResourceDeleteEvent,
  CloudFormationCustomResourceEvent,
} from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { makeS3 } from '../../../aws/clients.ts';
import { makeCloudFormation } from '../../../aws/cloud-formation-client.ts';
import { build } from '../../../functions/empty-bucket/build.ts';
import { testClients } from '../../support/clients.ts';
import { coldDeps } from '../../support/cold.ts';
import { contextWith } from '../../support/delivery.ts';
import { useEmulators } from '../../support/use-emulators.ts';

const STACK = 'arn:aws:cloudformation:us-east-1:000000000000:stack/fhir-failsafe-dev/1';
useEmulators();
let server: Server;
let url: string;
let status: string;
let answers: Record<string, string>[];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = await text(request);
    if (request.method === 'PUT') {
      answers.push({ ...JSON.parse(body), contentType: request.headers['content-type'] ?? '' });
      response.end();
      return;
    }
    expect(new URLSearchParams(body).get('StackName')).toBe(STACK);
    response.setHeader('content-type', 'text/xml');
    response.end(
      `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackStatus>${status}</StackStatus></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv('AWS_ENDPOINT_URL_CLOUDFORMATION', url);
});
afterAll(async () => {
  server.close();
});
beforeEach(() => {
  status = 'DELETE_IN_PROGRESS';
  answers = [];
});

/** A versioned bucket with three versions and a delete marker. */
async function fill(Bucket: string): Promise<void> {
  const { s3 } = testClients();
  await s3.send(new CreateBucketCommand({ Bucket }));
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  for (const Key of ['a', 'a', 'b'])
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'b' }));
}

async function versionsIn(Bucket: string): Promise<number> {
  const page = await testClients().s3.send(new ListObjectVersionsCommand({ Bucket }));
  return (page.Versions ?? []).length + (page.DeleteMarkers ?? []).length;
}

async function invoke(
  RequestType: CloudFormationCustomResourceEvent['RequestType'],
  BucketName: string,
  remainingMs = 60_000,
  s3 = makeS3(process.env),
  more: Partial<CloudFormationCustomResourceDeleteEvent> = {},
) {
  const handler = build({
    ...coldDeps(),
    s3,
    cloudFormation: makeCloudFormation(),
    fetch: (...request) => fetch(...request),
  });
  const event = {
    ...{ RequestType, ResponseURL: `${url}/answer`, StackId: STACK, RequestId: 'r' },
    ...{ LogicalResourceId: 'L', ResourceType: 'Custom::EmptyBucket' },
    ResourceProperties: { ServiceToken: 't', BucketName },
    ...(RequestType !== 'Create' && { PhysicalResourceId: BucketName }),
    ...more,
  } as unknown as CloudFormationCustomResourceEvent;
  await handler(event, contextWith(remainingMs));
  return answers.at(-1);
}
const said = (PhysicalResourceId: string) => ({
  ...{ PhysicalResourceId, StackId: STACK, RequestId: 'r', LogicalResourceId: 'L' },
});

test('removes all versions from the bucket of a stack that is destroyed', async () => {
  await fill('going');
  expect(await invoke('Delete', 'going')).toEqual({
    ...{ Status: 'SUCCESS', contentType: '' },
    ...said('going'),
  });
  expect(await versionsIn('going')).toBe(0);
});

test.each(['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS'])(
  'does nothing in a stack that stays (%s), because it may have become production',
  async (now) => {
    status = now;
    const bucket = now.toLowerCase().replaceAll('_', '-');
    await fill(bucket);
    expect(await invoke('Delete', bucket)).toMatchObject({ Status: 'SUCCESS' });
    expect(await versionsIn(bucket)).toBe(4);
  },
);

test('does nothing when it is created or changed', async () => {
  await fill('staying');
  expect(await invoke('Create', 'staying')).toMatchObject({
    Status: 'SUCCESS',
    ...said('staying'),
  });
  expect(await invoke('Update', 'staying')).toMatchObject({ Status: 'SUCCESS' });
  expect(await versionsIn('staying')).toBe(4);
});

test('treats a missing bucket as empty', async () => {
  expect(await invoke('Delete', 'never-there')).toMatchObject({ Status: 'SUCCESS' });
});

test('reports in time that it is not finished, so that the destroy is tried again', async () => {
  await fill('large');
  expect(await invoke('Delete', 'large', 1_000)).toMatchObject({
    Status: 'FAILED',
    Reason: 'large: not empty yet; destroy again',
  });
});

test('reports a failure, because CloudFormation would wait an hour', async () => {
  status = 'DELETE_IN_PROGRESS';
  vi.stubEnv('AWS_ENDPOINT_URL_CLOUDFORMATION', url);
  const s3 = makeS3(process.env);
  vi.spyOn(s3, 'send').mockRejectedValueOnce(new Error('AccessDenied') as never);
  expect(await invoke('Delete', 'going', 60_000, s3)).toMatchObject({
    Status: 'FAILED',
    Reason: 'Error: AccessDenied',
  });
});

test('a reason has room in CloudFormation’s 4,096 bytes', async () => {
  const s3 = makeS3(process.env);
  vi.spyOn(s3, 'send').mockRejectedValueOnce(new Error('no '.repeat(5_000)) as never);
  const answer = await invoke('Delete', 'going', 60_000, s3);
  expect(answer).toMatchObject({
    Status: 'FAILED',
    Reason: expect.stringMatching(/^Error: no no/),
  });
  expect(JSON.stringify(answer).length).toBeLessThan(4_096);
});

test('goes on if S3 was too busy for some versions', async () => {
  await fill('busy');
  const s3 = makeS3(process.env);
  const send = s3.send.bind(s3);
  let busy = true;
  vi.spyOn(s3, 'send').mockImplementation((async (command: object) => {
    if (!busy || command.constructor.name !== 'DeleteObjectsCommand') return send(command as never);
    busy = false;
    return { Errors: [{ Key: 'a', Code: 'SlowDown' }] };
  }) as never);
  expect(await invoke('Delete', 'busy', 60_000, s3)).toMatchObject({ Status: 'SUCCESS' });
  expect(await versionsIn('busy')).toBe(0);
});

test('a bucket that replaces another is emptied in its place', async () => {
  await fill('replacing');
  const former = { PhysicalResourceId: 'replaced' };
  expect(await invoke('Update', 'replacing', 60_000, undefined, former)).toMatchObject(
    said('replacing'),
  );
});
