import { CreateQueueCommand, DeleteQueueCommand } from '@aws-sdk/client-sqs';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, expect, test } from 'vitest';
import { auditFactSchema } from '../../core/audit/audit-fact.ts';
import { configureAudit } from '../support/audit.ts';
import { cli as run } from '../support/cli.ts';
import { testClients } from '../support/clients.ts';
import { receive, remove } from '../support/delivery.ts';
import { patient } from '../support/resources.ts';
import { depthOf } from '../support/stores.ts';
import { useLambdaService } from '../support/use-lambda-service.ts';
import { buildWorld, type World } from '../support/world.ts';

const issue = {
  severity: 'error',
  code: 'code-invalid',
  diagnostics: "'4711' is none of the codes",
  expression: ['Patient.gender'],
};
const OUTCOME = JSON.stringify({ resourceType: 'OperationOutcome', issue: [issue] });

let world: World;
const lambda = useLambdaService();

beforeAll(async () => {
  world = await buildWorld();
  configureAudit(lambda, world);
  const QueueName = `fhir-failsafe-${world.stage}-critical-isolation`;
  await testClients().sqs.send(new CreateQueueCommand({ QueueName }));
  for (const [pk, file] of [
    ['m-1', 'a.ndjson'],
    ['m-2', 'b.ndjson'],
  ]) {
    const Item = {
      pk,
      file,
      line: 7,
      status: 'quarantined',
      kind: 'dead-letter',
      crash: 'exception',
      reason: 'TypeError at judgeText judge.ts:17',
      fingerprint: 'f00d',
      quarantinedAt: Date.now() - 1_000,
      lane: 'background',
      source: 'clinic',
      sentAt: 5,
      attempts: [],
      body: patient(),
      ...(pk === 'm-2' && { kind: 'rejection', outcome: OUTCOME }),
    };
    await testClients().dynamo.send(new PutCommand({ TableName: world.tables.quarantine, Item }));
  }
});

async function factsTold() {
  const records = await receive(world.queues.audit);
  await remove(world.queues.audit, records);
  return records.map(({ body }) => auditFactSchema.parse(JSON.parse(body)));
}

const cli = (...args: string[]) => run(['quarantine', ...args, '--stage', world.stage]);

test('list, show, redrive and discard work on the same entries in turn', async () => {
  const listed = await cli('list', '--json');
  expect(JSON.parse(listed.out)).toMatchObject({
    groups: [{ fingerprint: 'f00d', count: 2, lanes: ['background'] }],
  });
  expect((await cli('list')).out).toContain('TypeError at judgeText judge.ts:17');

  const shown = await cli('show', 'm-1');
  expect(shown.out).toContain('a.ndjson:7');
  expect(shown.out).not.toContain('Chalmers');
  expect((await cli('show', 'm-1', '--json')).out).not.toContain('Chalmers');

  const f00d = ['--fingerprint', 'f00d'];
  expect((await cli('redrive', ...f00d, '--dry-run')).out).toBe('would redrive 2\n');
  expect(await depthOf(world.queues.isolation)).toBe(0);
  expect(await depthOf(world.queues.audit)).toBe(0);
  const by = ['--by', 'ana', '--reason', 'fixed'];
  const sent = await cli('redrive', '--id', 'm-1', 'm-3', '--wait', '0', ...by);
  expect(sent).toEqual({
    status: 1,
    out: 'redriven 1, 1 unknown\nafter 0 s: 1 still waiting\n',
    err: expect.stringContaining(
      `error: no entry for 1 of the 2 --id in the quarantine of ${world.stage}; see quarantine list\n`,
    ),
  });
  const [record] = await receive(world.queues.isolation);
  expect(record?.body).toBe(patient());
  expect((await cli('show', 'm-1')).out).toMatch(/by ana \(fixed\)/);

  const discarded = await cli('discard', ...f00d, '--reason', 'a test');
  expect(discarded.out).toBe('discarded 1, 1 not quarantined\n');
  expect((await cli('list')).out).toBe('Nothing is quarantined.\n');

  const facts = await factsTold();
  expect(facts.map(({ kind, details: { phase } }) => `${kind} ${phase}`)).toEqual(
    ['redrive', 'discard'].flatMap((kind) => [`${kind} began`, `${kind} ended`]),
  );
  expect(facts[0]).toMatchObject({ actor: 'ana', reason: 'fixed' });
  expect(facts[0]?.details['messages']).toMatch(/^[0-9a-f]{32} [0-9a-f]{32}$/);
  expect(facts[1]?.details).toMatchObject({ 'count: sent': 1, 'count: unknown': 1 });
  expect(facts[2]).toMatchObject({ reason: 'a test', details: { fingerprint: 'f00d' } });
  expect(JSON.stringify(facts)).not.toContain('m-1');
});

test('R42: shows PHI only with a reason, after the audit log has it', async () => {
  for (const wrong of [[], ['--reason', ' ']]) {
    const { status, out, err } = await cli('show', 'm-2', '--reveal', ...wrong);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toMatch(/^error: (--reveal needs --reason|.* it must contain words)/);
  }
  expect(await depthOf(world.queues.audit)).toBe(0);

  const why = ['--reason', 'ticket 7', '--by', 'ana'];
  const hidden = await cli('show', 'm-2');
  expect(hidden.out).toContain('issue      error  code-invalid  Patient.gender');
  expect(hidden.out).not.toMatch(/Chalmers|\b4711\b/);
  const json = JSON.parse((await cli('show', 'm-2', '--json')).out);
  expect(json).toMatchObject({ issues: [{ code: 'code-invalid' }] });
  expect(JSON.stringify(json)).not.toMatch(/Chalmers|\b4711\b/);
  expect(await depthOf(world.queues.audit)).toBe(0);

  expect((await cli('show', 'm-2', '--reveal', ...why)).out).toMatch(/4711.*Chalmers/s);
  const revealed = JSON.parse((await cli('show', 'm-2', '--reveal', '--json', ...why)).out);
  expect(revealed).toMatchObject({ body: patient(), outcome: expect.stringContaining('4711') });
  const facts = await factsTold();
  expect(facts).toMatchObject([
    { kind: 'phi-read', actor: 'ana', reason: 'ticket 7' },
    { kind: 'phi-read', actor: 'ana', reason: 'ticket 7' },
  ]);
  expect(facts[0]?.details['message']).toMatch(/^[0-9a-f]{32}$/);
  expect(JSON.stringify(facts)).not.toMatch(/m-2|Chalmers|\b4711\b/);
});

test('reports in one line what cannot be done, with its status', async () => {
  expect(await cli('redrive')).toMatchObject({
    status: 2,
    err: 'error: which entries? Give one of --fingerprint F, --id ID or --all\n',
  });
  for (const verb of ['redrive', 'discard']) {
    expect(await cli(verb, '--all')).toMatchObject({
      status: 2,
      err: "error: required option '--reason <text>' not specified\n",
    });
    expect(await cli(verb, '--all', '--reason', ' ')).toMatchObject({
      status: 2,
      err: expect.stringContaining('it must contain words'),
    });
  }
  expect(await cli('redrive', '--all', '--before', 'yesterday')).toMatchObject({ status: 2 });
  const typo = {
    status: 1,
    out: '',
    err: `error: no entry with the fingerprint f00t in the quarantine of ${world.stage}; see quarantine list\n`,
  };
  const of = ['--fingerprint', 'f00t', '--reason', 'fixed'];
  expect(await cli('redrive', ...of)).toEqual(typo);
  expect(await cli('discard', ...of)).toEqual(typo);
  expect(await cli('show', 'nobody')).toMatchObject({
    status: 1,
    err: `error: no entry nobody in the quarantine of ${world.stage}\n`,
  });
});

test('R08: prints the key of a missing object, and an id, as plain text', async () => {
  const Key = 'submissions/x\u001b[2J\nFORGED';
  const Item = { pk: 'm-4', status: 'quarantined', lane: 'background', source: 's', sentAt: 1 };
  const bodyS3 = { bucket: world.bucket, key: Key };
  await testClients().dynamo.send(
    new PutCommand({ TableName: world.tables.quarantine, Item: { ...Item, bodyS3 } }),
  );
  const gone = await cli('show', 'm-4', '--reveal', '--reason', 'ticket 7');
  expect(gone).toMatchObject({ status: 1, out: '' });
  expect(gone.err).toMatch(/^error: there is no body to show: .*\\u001b\[2J\\u000aFORGED.*\n$/);
  expect((await cli('show', 'x\u009b2J\nFORGED')).err).toMatch(
    /^error: no entry x\\u009b2J\\u000aFORGED.*\n$/,
  );
  const odd = await cli('show', 'm-4', '--no\u001b[2J');
  expect(odd.err).toMatch(/^error: .*\\u001b.*\n$/);
});

test('R42: does not show what cannot be recorded', async () => {
  const name = `fhir-failsafe-${world.stage}-audit`;
  const read = () => cli('show', 'm-2', '--reveal', '--reason', 'ticket 7');
  lambda.configure(name, {});
  const unkeyed = await read();
  expect(unkeyed).toMatchObject({ status: 1, out: '' });
  expect(unkeyed.err).toMatch(/^error: not shown, because it cannot be recorded: .*\n$/);
  configureAudit(lambda, world);
  await testClients().sqs.send(new DeleteQueueCommand({ QueueUrl: world.queues.audit.url }));
  const untold = await read();
  expect(untold).toMatchObject({ status: 1, out: '' });
  expect(untold.err).toMatch(/^error: not shown, because it cannot be recorded: no queue .*\n$/);
  expect((await cli('show', 'm-2')).status).toBe(0);
});
