import { PutObjectCommand } from '@aws-sdk/client-s3';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, expect, test } from 'vitest';
import { objectKeyOf, sortKeyOf } from '../../core/audit/audit-keys.ts';
import { configureAudit, entriesOf, factOf, loadAudit, tell } from '../support/audit.ts';
import { cli as run } from '../support/cli.ts';
import { testClients } from '../support/clients.ts';
import { skipTime } from '../support/clock.ts';
import { deliver } from '../support/delivery.ts';
import { itemsOf } from '../support/stores.ts';
import { useLambdaService } from '../support/use-lambda-service.ts';
import { buildWorld, type World } from '../support/world.ts';

const ENTRIES = 8;

let world: World;
const lambda = useLambdaService();

beforeAll(async () => {
  world = await buildWorld();
  configureAudit(lambda, world);
  const { handler } = await loadAudit();
  for (const batch of [['a', 'b', 'c'], ['d', 'e'], ['f'], ['g']]) {
    await tell(world, ...batch.map((id) => factOf(id)));
    await deliver(handler, world.queues.audit);
    skipTime(60_000);
  }
});

const cliOf = (stage: string, ...args: string[]) => run(['audit', ...args, '--stage', stage]);
const cli = (...args: string[]) => cliOf(world.stage, ...args);

const putRow = (sequence: number, line: unknown) =>
  testClients().dynamo.send(
    new PutCommand({
      TableName: world.tables.audit,
      Item: { pk: 'main', sk: sortKeyOf(sequence), line },
    }),
  );
async function lineOf(sequence: number): Promise<unknown> {
  const items = await itemsOf(world.tables.audit);
  return items.find(({ pk, sk }) => pk === 'main' && sk === sortKeyOf(sequence))?.['line'];
}

test('R40: verifies a whole log and prints its last hash', async () => {
  const last = (await entriesOf(world)).at(-1)?.hash;
  const out = `whole: ${ENTRIES} entries in 4 objects, head ${ENTRIES}:${last}\n`;
  expect(await cli('verify')).toEqual({ status: 0, out, err: '' });
  const places = ['--table', world.tables.audit, '--bucket', world.auditBucket];
  const { out: json } = await cli('verify', '--json', ...places);
  expect(JSON.parse(json)).toEqual({
    objects: 4,
    head: { sequence: ENTRIES, hash: last, configuration: 'config-1.code-1' },
    touched: [],
  });
});

test('names the table and the bucket in which there is no log', async () => {
  const at = (table: string, bucket: string) => ['--table', table, '--bucket', bucket];
  for (const places of [
    at('none', 'neither'),
    at('none', world.auditBucket),
    at(world.tables.audit, 'neither'),
  ]) {
    const [, table, , bucket] = places;
    for (const words of [['verify'], ['export'], ['review', '--month', '2026-01']]) {
      expect(await cli(...words, ...places)).toEqual({
        status: 1,
        out: '',
        err: `error: no audit log in table ${table} and bucket ${bucket} there: is this stage deployed in this account and region?\n`,
      });
    }
  }
});

test('R40: names what was done to the table', async () => {
  const [third, fourth] = [await lineOf(3), await lineOf(4)];
  const right = '(00000000000N); before it 0 entries in 0 objects are right\n';
  const verified = async (sequence: number, what: string) => {
    const out = `entry ${sequence} ${what} in the table ${right.replace('N', String(sequence))}`;
    expect(await cli('verify')).toEqual({ status: 1, out, err: '' });
  };
  await putRow(3, String(third).replace('ada', 'eve'));
  await verified(3, 'was changed');
  await putRow(3, fourth);
  await putRow(4, third);
  await verified(3, 'is not the row in its place');
  await putRow(3, third);
  await putRow(4, fourth);
  expect((await cli('verify')).status).toBe(0);
});

test('R40: names a forged fact, and entries missing at the end', async () => {
  const apart = 'apart from that 8 entries in 4 objects are right\n';
  const row = { pk: 'main#facts', sk: 'forged' };
  const table = { TableName: world.tables.audit };
  const forge = (sequence: number) =>
    testClients().dynamo.send(new PutCommand({ ...table, Item: { ...row, sequence } }));
  await forge(3);
  const forged = 'a fact is known as entry 3, which holds another fact: the row was forged';
  expect((await cli('verify')).out).toBe(
    `${forged}, and the true fact would not be written (forged); ${apart}`,
  );
  await forge(9);
  expect((await cli('verify')).out).toContain('the log ends before: its end was lost, or');
  await testClients().dynamo.send(new DeleteCommand({ ...table, Key: row }));
  const hash = (await entriesOf(world)).at(4)?.hash;
  expect((await cli('verify', '--head', `5:${hash}`)).status).toBe(0);
  const lost = await cli('verify', '--head', `6:${hash}`);
  const out = `entry 6 is missing from the log, or it was changed (${hash}); ${apart}`;
  expect(lost).toEqual({ status: 1, out, err: '' });
  expect((await cli('verify', '--head', '6')).err).toContain('It must be a head as');
});

test('R40: export prints a window of time as NDJSON, from a log that it verifies', async () => {
  const entries = await entriesOf(world);
  const at = (sequence: number) => new Date(entries[sequence - 1]?.recordedAt ?? 0).toISOString();
  const all = await cli('export');
  expect(
    all.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual(entries);
  expect(all.err).toMatch(/^whole: 8 entries/);
  const some = await cli('export', '--from', at(5), '--to', at(7));
  expect(
    some.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).sequence),
  ).toEqual([5, 6]);
});

test('R08: finds an id in the log by its hash', async () => {
  const { out } = await cli('hash', 'a');
  expect((await entriesOf(world))[1]?.fact).toBe(out.trim());
});

test('R40: names an object that was overwritten, and uses its first version', async () => {
  const Key = objectKeyOf('main', 5);
  await testClients().s3.send(
    new PutObjectCommand({ Bucket: world.auditBucket, Key, Body: 'nothing of the kind\n' }),
  );
  const { status, out } = await cli('verify');
  expect(status).toBe(1);
  expect(out).toMatch(/^whole: 8 entries in 4 objects/);
  expect(out).toContain(`object ${Key} was written again or deleted later`);
});

test('R42: review prints who saw what and why, and signing it off is a fact', async () => {
  const own = await buildWorld();
  configureAudit(lambda, own);
  const review = (...args: string[]) => cliOf(own.stage, 'review', ...args);
  const { handler } = await loadAudit();
  const write = async () => {
    await deliver(handler, own.queues.audit);
    skipTime(60_000);
  };
  const details = { message: 'f00d', lane: 'background', what: 'body and outcome' };
  const read = { kind: 'phi-read', actor: 'ana', reason: 'ticket\u001b[2J 7', details } as const;
  await tell(own, factOf('r-1', read), factOf('a'));
  await write();
  const [entry] = await entriesOf(own);
  const month = new Date(entry?.recordedAt ?? 0).toISOString().slice(0, 7);

  const { out, err } = await review('--month', month);
  expect(out).toMatch(/PHI was shown 1 time, to 1 person; 0 facts were refused\n/);
  expect(out).toMatch(/entry 2 .* ana \(000000000000, -\) saw f00d: ticket\\u001b\[2J 7\n/);
  expect(out).toMatch(/1 of these is not examined\n$/);
  expect(err).toMatch(/^whole: 3 entries/);

  expect(await review('--month', month, '--sign')).toMatchObject({ status: 2, out: '' });
  const sign = ['--sign', '--reason', 'each has its ticket', '--by', 'eve'];
  expect((await review('--month', month, ...sign)).err).toContain('up to 3 are examined');
  await write();
  const last = (await entriesOf(own)).at(-1);
  expect(last).toMatchObject({
    kind: 'audit-reviewed',
    actor: 'eve',
    details: { month, through: 3 },
  });
  expect((await review('--month', month)).out).toMatch(
    /eve .*each has its ticket\nall of it is examined/,
  );

  await tell(own, factOf('r-2', read));
  await write();
  expect(JSON.parse((await review('--month', month, '--json')).out)).toMatchObject({
    unexamined: 1,
  });
  await testClients().s3.send(
    new PutObjectCommand({ Bucket: own.auditBucket, Key: objectKeyOf('main', 1), Body: 'x' }),
  );
  const touched = await review('--month', month, ...sign);
  expect(touched).toMatchObject({ status: 1 });
  expect(touched.err).toContain('error: not signed: the log is damaged');
  expect((await review('--month', '2026-13')).err).toContain('It must be a month');
});

test('an unknown stage is reported in one line', async () => {
  const { status, err } = await cliOf('e2e', 'verify');
  expect(status).toBe(1);
  expect(err).toMatch(/^error: no function fhir-failsafe-\S+-audit there: .*\n$/);
});
