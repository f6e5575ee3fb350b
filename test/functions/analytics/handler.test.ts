import { GetObjectCommand } from '@aws-sdk/client-s3';
import { parquetReadObjects } from 'hyparquet';
import { beforeEach, expect, test } from 'vitest';
import { dayOf } from '../../../core/report/utc-day.ts';
import { COLUMNS } from '../../../functions/analytics/columns.ts';
import { testClients } from '../../support/clients.ts';
import { contextWith, deliver, receive } from '../../support/delivery.ts';
import type { Doomed } from '../../support/die-at-every-step.ts';
import { failCalls } from '../../support/faults.ts';
import { DAY_MS, ended, keysIn, loadInsight, rejected, say } from '../../support/insight.ts';
import { depthOf } from '../../support/stores.ts';
import { useEmulators } from '../../support/use-emulators.ts';
import { buildWorld, type World } from '../../support/world.ts';

useEmulators();
let world: World;
let analytics: Doomed;

beforeEach(async () => {
  world = await buildWorld();
  analytics = await loadInsight('analytics');
});

const take = () => deliver(analytics.handler, world.queues.analytics);

async function rowsAt(Key: string) {
  const Bucket = world.analyticsBucket;
  const { Body } = await testClients().s3.send(new GetObjectCommand({ Bucket, Key }));
  const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return parquetReadObjects({ file: file as ArrayBuffer });
}

test('R08: outcomes become rows of the table’s columns, by day, and say nothing about a person', async () => {
  const at = Date.UTC(2026, 10, 24, 9, 30);
  const yesterday = { sentAt: at - DAY_MS - 10, endedAt: at - DAY_MS };
  await say(
    world.queues.analytics,
    ended('m-1', { sentAt: at - 1_234, endedAt: at }),
    rejected('m-2', yesterday),
    ended('m-3', { ...yesterday, verdict: 'dead-lettered', crash: 'timeout' }),
  );
  expect((await take())?.failed).toEqual([]);
  const keys = await keysIn(world.analyticsBucket);
  expect(keys).toEqual([
    expect.stringMatching(/^facts\/day=2026-11-23\/[0-9a-f]{32}\.parquet$/),
    expect.stringMatching(/^facts\/day=2026-11-24\/[0-9a-f]{32}\.parquet$/),
  ]);
  const [before = [], today = []] = await Promise.all(keys.map(rowsAt));
  expect(today).toEqual([
    {
      message: expect.stringMatching(/^[0-9a-f]{32}$/),
      verdict: 'stored',
      source: 'clinic',
      lane: 'background',
      ended_at: new Date(at),
      latency_ms: 1_234n,
      crash: null,
      fingerprint: null,
      why: null,
      issues: 0,
    },
  ]);
  const byVerdict = new Map(before.map((row) => [row['verdict'], row]));
  expect(byVerdict.get('rejected')).toMatchObject({
    why: 'code-invalid at Patient.gender',
    fingerprint: '0123456789abcdef',
    latency_ms: 10n,
    issues: 1,
  });
  expect(byVerdict.get('dead-lettered')).toMatchObject({
    crash: 'timeout',
    why: 'crashed: timeout',
  });
  for (const row of [...before, ...today]) {
    expect(Object.keys(row)).toEqual(COLUMNS.map(({ name }) => name));
  }
});

test('a batch that comes again, in another order, writes the same object', async () => {
  const at = Date.now();
  await say(world.queues.analytics, ...['a', 'b', 'c'].map((id) => ended(id, { endedAt: at })));
  const records = await receive(world.queues.analytics);
  await analytics.handler({ Records: records }, contextWith());
  const [key = '', ...others] = await keysIn(world.analyticsBucket);
  await analytics.handler({ Records: records.toReversed() }, contextWith());
  expect(await keysIn(world.analyticsBucket)).toEqual([key]);
  expect(others).toEqual([]);
  expect(await rowsAt(key)).toHaveLength(3);
});

test('R50: after a day of failures it catches up: each day has the outcomes that ended in it', async () => {
  const days = [3, 2, 1, 0].map((ago) => Date.now() - ago * DAY_MS);
  for (const [n, endedAt] of days.entries()) {
    await say(world.queues.analytics, ended(`m-${n}`, { endedAt }));
  }
  await take();
  const found = (await keysIn(world.analyticsBucket)).map((key) => key.split('/')[1]);
  expect(found).toEqual(days.map((at) => `day=${dayOf(at)}`));
  expect(await depthOf(world.queues.analytics)).toBe(0);
});

test('R09: what could not be kept comes again, and what is not an outcome stays for its dead-letter queue', async () => {
  await say(world.queues.analytics, ended('m-1', { endedAt: Date.now() - DAY_MS }), ended('m-2'));
  await say(world.queues.analytics, 'not JSON', { verdict: 'lost' });
  const yesterday = `day=${dayOf(Date.now() - DAY_MS)}`;
  failCalls(analytics, 's3', (command, { Key }) => {
    return command === 'PutObjectCommand' && String(Key).includes(yesterday);
  });
  const delivery = await take();
  const failed = delivery?.records.filter(({ messageId }) => delivery.failed.includes(messageId));
  expect(failed?.map(({ body }) => body.slice(0, 20)).sort()).toEqual(
    ['{"verdict":"lost"}', '{"verdict":"stored",', 'not JSON'].sort(),
  );
  expect(await keysIn(world.analyticsBucket)).toHaveLength(1);
});

test('R09: without the hash key nothing is kept under a readable id', async () => {
  const arn = process.env['HASH_KEY_ARN'];
  process.env['HASH_KEY_ARN'] = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:none';
  analytics = await loadInsight('analytics');
  process.env['HASH_KEY_ARN'] = arn;
  await say(world.queues.analytics, ended('m-1'));
  expect((await take())?.failed).toHaveLength(1);
  expect(await keysIn(world.analyticsBucket)).toEqual([]);
});
