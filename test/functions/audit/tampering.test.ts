/** The log after changes by somebody with permissions that no role of ours has. */
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { AuditLog } from '../../../cli/audit/stage.ts';
import { verifyLog } from '../../../cli/audit/verify.ts';
import { readHead } from '../../../core/audit/audit-chain.ts';
import { objectKeyOf, sortKeyOf } from '../../../core/audit/audit-keys.ts';
import { entriesOf, factOf, loadAudit, logOf, tell, verify } from '../../support/audit.ts';
import { testClients } from '../../support/clients.ts';
import { deliver } from '../../support/delivery.ts';
import { itemsOf } from '../../support/stores.ts';
import { useEmulators } from '../../support/use-emulators.ts';
import { buildWorld, type World } from '../../support/world.ts';

useEmulators();
let world: World;

beforeEach(async () => {
  world = await buildWorld();
});

const FACTS = 'main#facts';

const put = (Item: Record<string, unknown>) =>
  testClients().dynamo.send(new PutCommand({ TableName: world.tables.audit, Item }));
const remove = (sk: string, pk = 'main') =>
  testClients().dynamo.send(new DeleteCommand({ TableName: world.tables.audit, Key: { pk, sk } }));
const forge = (sequence: number, line: string) =>
  put({ pk: 'main', sk: sortKeyOf(sequence), line });
async function write(...ids: string[]): Promise<void> {
  await tell(world, ...ids.map((id) => factOf(id)));
  const { handler } = await loadAudit();
  expect((await deliver(handler, world.queues.audit))?.failed).toEqual([]);
}
/** The row by which the fact of an entry is known. */
async function factRow(sequence: number): Promise<Record<string, unknown>> {
  const rows = (await itemsOf(world.tables.audit)).filter(({ pk }) => pk === FACTS);
  return rows.find((row) => row['sequence'] === sequence) ?? {};
}
const namesFact = (sequence: number, what: string) => ({
  problem: { where: 'facts', sequence, what },
});

describe('R40: tampering does not stop the log, and is found', () => {
  test('a deleted last row is copied again from the objects', async () => {
    await write('a', 'b');
    await remove(sortKeyOf(3));
    await write('c');
    expect(await verify(world)).toMatchObject({ head: { sequence: 4 } });
    expect(await verify(world)).not.toHaveProperty('problem');
  });

  test('a deleted row in the middle', async () => {
    await write('a', 'b');
    await write('c');
    await remove(sortKeyOf(2));
    expect(await verify(world)).toMatchObject({
      head: { sequence: 0 },
      problem: { sequence: 2, where: 'table', what: 'missing' },
    });
  });

  test('a last row with other content', async () => {
    await write('a');
    await forge(2, '{}');
    await write('b');
    expect(await verify(world)).toMatchObject({
      problem: { sequence: 2, where: 'table', what: 'changed' },
    });
  });

  test('a row far beyond the end', async () => {
    await write('a');
    await forge(900_000, '{}');
    await write('b');
    expect(await verify(world)).toMatchObject({
      head: { sequence: 3 },
      problem: { sequence: 4, where: 'table', what: 'not expected' },
    });
  });

  test('an object that was written again, or deleted: its first version counts', async () => {
    await write('a');
    await write('b');
    const at = (first: number) => ({ Bucket: world.auditBucket, Key: objectKeyOf('main', first) });
    await testClients().s3.send(new PutObjectCommand({ ...at(1), Body: 'nothing happened\n' }));
    await testClients().s3.send(new DeleteObjectCommand(at(3)));
    await write('c');
    const found = await verify(world);
    expect(found).toMatchObject({ head: { sequence: 4 } });
    expect(found.touched).toEqual([at(1).Key, at(3).Key]);
    expect(found).not.toHaveProperty('problem');
  });

  test('a forged fact, which keeps a true one out', async () => {
    await write('a');
    await write('b');
    // As if a future fact were known already.
    const known = await factRow(3);
    await remove(String(known['sk']), FACTS);
    await put({ ...known, sk: 'forged', sequence: 2 });
    expect(await verify(world)).toMatchObject(namesFact(2, 'not expected'));
    await remove('forged', FACTS);
    expect(await verify(world)).toMatchObject(namesFact(3, 'missing'));
    await put({ ...known, sequence: 'three' });
    expect(await verify(world)).toMatchObject(namesFact(3, 'changed'));
    await put(known);
    expect(await verify(world)).not.toHaveProperty('problem');
  });

  test('a fact whose row was deleted, so that it was written twice', async () => {
    await write('a');
    await remove(String((await factRow(2))['sk']), FACTS);
    await write('a');
    expect(await entriesOf(world)).toHaveLength(3);
    expect(await verify(world)).toMatchObject(namesFact(2, 'changed'));
  });
});

describe('R40: a log that lost its end is found out', () => {
  /** What is left is the first batch. The rows by which facts are known were not deleted. */
  async function loseEnd(): Promise<AuditLog> {
    const { s3 } = testClients();
    const Key = objectKeyOf('main', 1);
    const first = await s3.send(new GetObjectCommand({ Bucket: world.auditBucket, Key }));
    const Body = (await first.Body?.transformToByteArray()) ?? '';
    const bucket = `${world.auditBucket}-left`;
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
    await remove(sortKeyOf(3));
    return { ...logOf(world), bucket: { name: bucket, s3 } };
  }

  test('by the facts that are still known', async () => {
    await write('a');
    await write('b');
    const left = await loseEnd();
    const found = await verifyLog(left, { copyingMs: 0 });
    expect(found).toMatchObject({ head: { sequence: 2 }, ...namesFact(3, 'not expected') });
  });

  test('by the head that the writer logged', async () => {
    const lines: string[] = [];
    vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'INFO');
    const spies = [process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, 'write').mockImplementation((line) => lines.push(String(line)) > 0),
    );
    await write('a');
    await write('b');
    for (const spy of spies) spy.mockRestore();
    vi.unstubAllEnvs();
    const heads = lines.flatMap((line) =>
      line.includes('"audit head"') ? [JSON.parse(line)] : [],
    );
    const { head } = await verify(world);
    expect(heads.map(({ head: text }) => readHead(text)?.sequence)).toEqual([2, 3]);
    const earlier = readHead(heads[1]?.head);
    expect(earlier).toEqual({ sequence: head.sequence, hash: head.hash });
    const left = await loseEnd();
    expect(await verifyLog(left, { earlier })).toMatchObject({ problem: { where: 'head' } });
  });

  test('by a noted head, if those are gone too', async () => {
    await write('a');
    const { head: before } = await verify(world);
    await write('b');
    const { head: earlier } = await verify(world);
    const left = await loseEnd();
    await remove(String((await factRow(3))['sk']), FACTS);
    expect(await verifyLog(left)).not.toHaveProperty('problem');
    expect(await verifyLog(left, { earlier: before })).not.toHaveProperty('problem');
    const lost = { where: 'head', sequence: 3, what: 'missing', place: earlier.hash };
    expect(await verifyLog(left, { earlier })).toMatchObject({ problem: lost });
  });

  test('by what a deletion leaves behind', async () => {
    await write('a');
    const Key = objectKeyOf('main', 3);
    await testClients().s3.send(new DeleteObjectCommand({ Bucket: world.auditBucket, Key }));
    expect(await verify(world)).toMatchObject({
      touched: [Key],
      problem: { where: 'object', sequence: 3, what: 'missing', place: Key },
    });
    await write('b');
    expect(await verify(world)).toMatchObject({ touched: [Key], head: { sequence: 3 } });
  });
});
