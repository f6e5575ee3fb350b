import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { command, run } from '../../cli/command-line.ts';
import { addMessage } from '../../cli/message-command.ts';
import { addSubmit } from '../../cli/submit-command.ts';
import { auditFactSchema } from '../../core/audit/audit-fact.ts';
import { configureAudit } from '../support/audit.ts';
import { testClients } from '../support/clients.ts';
import { receive, remove, send } from '../support/delivery.ts';
import { bucketAt, tableAt } from '../support/handles.ts';
import { invalidPatient, patient } from '../support/resources.ts';
import { depthOf } from '../support/stores.ts';
import { useLambdaService } from '../support/use-lambda-service.ts';
import { buildWorld, type World } from '../support/world.ts';

const lambda = useLambdaService();
let world: World;
let folder: string;
let out: string;
let err: string;

const noted = (take: (text: string) => void) => (text: string | Uint8Array) => {
  take(String(text));
  return true;
};

beforeEach(async () => {
  world = await buildWorld();
  configureAudit(lambda, world);
  const QueueName = `fhir-failsafe-${world.stage}-critical-isolation`;
  await testClients().sqs.send(new CreateQueueCommand({ QueueName }));
  folder = await mkdtemp(join(tmpdir(), 'message-'));
  [out, err] = ['', ''];
  const stdout = noted((text) => {
    out += text;
  });
  vi.spyOn(process.stdout, 'write').mockImplementation(stdout);
  const stderr = noted((text) => {
    err += text;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation(stderr);
});
afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  await rm(folder, { recursive: true });
});

function cli(...args: string[]): Promise<number> {
  [out, err] = ['', ''];
  process.exitCode = undefined;
  const program = command('cli');
  addMessage(program);
  addSubmit(program);
  return run(program, [...args, '--stage', world.stage]);
}

/** Does what `validate` would do with all messages of the lane: the same adapters, without workers. */
async function validateAll(crashes?: string): Promise<void> {
  const { storeResource } = await import('../../aws/resources-table.ts');
  const { quarantine } = await import('../../aws/quarantine-table.ts');
  const { readMessage } = await import('../../aws/received-message.ts');
  const { tables, bucket } = world;
  const store = {
    table: tableAt(tables.resources),
    bucket: bucketAt(bucket),
    inlineBytesMax: 100_000,
    delivered: false,
  };
  const senders = { rules: undefined, ownRoles: [] };
  const reader = { senders, bucket: { name: bucket }, settings: { formerKeys: false } };
  for (;;) {
    const records = await receive(world.queues.lane);
    if (records.length === 0) return;
    for (const record of records) {
      const at = { lane: world.lane, queue: 'first' } as const;
      const { origin } = readMessage(reader, record, at).provenance;
      const whence = { origin, lane: world.lane, placed: { body: record.body } };
      const ended = { reason: GENDER, fingerprint: 'f00d', kind: 'rejection' } as const;
      const dead = { ...ended, kind: 'dead-letter', crash: 'exception' } as const;
      const { id, gender } = JSON.parse(record.body);
      const resource = { ...whence, resourceType: 'Patient', resourceId: id, text: record.body };
      if (record.messageId === crashes) {
        await quarantine(tableAt(tables.quarantine), { ...whence, ...dead }, Date.now());
      } else if (gender === 'unheard-of') {
        await quarantine(tableAt(tables.quarantine), { ...whence, ...ended }, Date.now());
      } else await storeResource(store, resource, Date.now());
    }
    await remove(world.queues.lane, records);
  }
}

const GENDER = 'code-invalid at Patient.gender: fhir-r4/required-binding';

test('R07 R08: tells the life of a message by message id, correlation id, or file and line', async () => {
  const correlationId = crypto.randomUUID();
  const from = { source: 'clinic', file: 'a.ndjson', line: '7', correlationId };
  const good = await send(world.queues.lane, patient({ id: 'p-1' }), from);
  const bad = await send(world.queues.lane, invalidPatient('p-2'), { ...from, line: '8' });
  const deadly = await send(world.queues.lane, patient({ id: 'p-3' }));
  await validateAll(deadly);

  expect(await cli('message', 'show', good)).toBe(0);
  expect(out).toMatch(new RegExp(`^message ${good}, a.ndjson:7, correlation id ${correlationId}`));
  expect(out).toMatch(/Z \(.*\) +received by the lane background, from clinic\n/);
  expect(out).toMatch(/Z \(.*\) +stored as Patient\nIt is stored\.\n$/);
  expect(out).not.toMatch(/Chalmers|p-1/);

  expect(await cli('message', 'show', bad)).toBe(0);
  expect(out).toMatch(/rejected: code-invalid at Patient.gender: fhir-r4\/required-binding\n/);
  expect(out).toMatch(/It was rejected\. More: npm run cli -- quarantine show \S+ --stage/);
  expect(await cli('message', 'show', deadly, '--json')).toBe(0);
  const { messages } = JSON.parse(out);
  expect(messages).toMatchObject([{ messageId: deadly, ending: 'dead-lettered' }]);
  expect(messages[0].sentAt).toMatch(/^20\d\d-.*Z$/);

  expect(await cli('message', 'show', 'a.ndjson:8')).toBe(0);
  expect(out).toContain(`message ${bad}, a.ndjson:8`);
  expect(err).toContain('searching the whole tables');
  expect(await cli('message', 'show', correlationId)).toBe(0);
  expect(out).toContain(`message ${good}`);
  expect(out).toContain(`message ${bad}`);
});

test('explains what it may mean that nothing knows a message', async () => {
  expect(await cli('message', 'show', 'nobody')).toBe(1);
  expect(err).toMatch(/^Nothing is known of nobody in stage /);
  expect(err).toContain('replaced by a newer submission');
});

test('R42: shows the stored resource only with a reason, after the audit log has it', async () => {
  const id = await send(world.queues.lane, patient({ id: 'p-1' }));
  await validateAll();
  expect(await cli('message', 'show', id, '--reveal')).toBe(2);
  expect(err).toContain('--reveal needs --reason');
  expect(await depthOf(world.queues.audit)).toBe(0);
  const why = ['--reason', 'ticket 7', '--by', 'ana'];
  expect(await cli('message', 'show', id, '--reveal', ...why)).toBe(0);
  expect(out).toContain(patient({ id: 'p-1' }));
  const [told] = await receive(world.queues.audit);
  expect(auditFactSchema.parse(JSON.parse(told?.body ?? ''))).toMatchObject({
    kind: 'phi-read',
    actor: 'ana',
    reason: 'ticket 7',
    details: { what: 'stored resource' },
  });
});

async function submitting(...lines: string[]): Promise<number> {
  const file = join(folder, 'in.ndjson');
  await writeFile(file, lines.join('\n'));
  const submitted = cli('submit', file, '--wait', '24h');
  await expect.poll(() => out).toContain('submitted');
  await validateAll();
  return submitted;
}

test('R04: submit --wait says how each submission ended, and how to ask later', async () => {
  const older = patient({ id: 'p-1', active: false });
  expect(await submitting(older, patient({ id: 'p-1' }), patient({ id: 'p-2' }))).toBe(0);
  expect(out).toMatch(/^submitted 3 to .*\nto see one: npm run cli -- message show \S+ --stage/);
  expect(out).toMatch(/\nafter \d+ s: 3 stored\n$/);

  expect(await submitting(patient({ id: 'p-3' }), invalidPatient('p-4'))).toBe(1);
  expect(out).toMatch(/after \d+ s: 1 stored, 1 rejected\n$/);
  expect(err).toMatch(/in\.ndjson:2: rejected: message show \S+\n/);
});
