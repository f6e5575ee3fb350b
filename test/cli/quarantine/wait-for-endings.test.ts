import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { command, run } from '../../../cli/command-line.ts';
import { addQuarantine } from '../../../cli/quarantine-command.ts';
import { ENV } from '../../../telemetry/env-names.ts';
import { configureAudit } from '../../support/audit.ts';
import { testClients } from '../../support/clients.ts';
import { drain } from '../../support/drain.ts';
import { type Functions, loadFunctions } from '../../support/functions.ts';
import { faulty, invalidPatient, patient } from '../../support/resources.ts';
import { depthOf, itemsOf } from '../../support/stores.ts';
import { useLambdaService } from '../../support/use-lambda-service.ts';
import { buildWorld, type World } from '../../support/world.ts';

const lambda = useLambdaService();
let world: World;
let functions: Functions;
let out: string;
let err: string;

beforeEach(async () => {
  world = await buildWorld({ deadlineMs: 2_000, heapOldMb: 32 });
  functions = await loadFunctions();
  configureAudit(lambda, world);
  const QueueName = `fhir-failsafe-${world.stage}-critical-isolation`;
  await testClients().sqs.send(new CreateQueueCommand({ QueueName }));
  [out, err] = ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += text;
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  delete process.env['AWS_ENDPOINT_URL_STS'];
  await functions.close();
});

async function quarantined(pk: string, body: string): Promise<void> {
  const Item = {
    ...{ pk, body, status: 'quarantined', kind: 'rejection', reason: 'old', fingerprint: 'f00d' },
    ...{ quarantinedAt: Date.now() - 1_000, lane: 'background', source: 'clinic', sentAt: 5 },
  };
  await testClients().dynamo.send(new PutCommand({ TableName: world.tables.quarantine, Item }));
}

function redrive(...args: string[]): Promise<number> {
  const program = command('cli');
  addQuarantine(program);
  const always = ['--all', '--stage', world.stage, '--reason', 'fixed', '--by', 'ana'];
  return run(program, ['quarantine', 'redrive', ...always, ...args]);
}

test('R07: a redrive says how each message ended, and its status whether all are stored', async () => {
  await quarantined('good', patient());
  await quarantined('bad', invalidPatient());
  await quarantined('deadly', faulty('throw'));
  const [status] = await Promise.all([redrive('--wait', '3600'), drainOnceSent()]);
  expect(out).toMatch(/^redriven 3\nafter \d+ s: /);
  for (const became of ['1 stored', '1 rejected again', '1 dead-lettered again']) {
    expect(out).toContain(became);
  }
  expect(status).toBe(1);
});

test('R07: the status is 0 if all are stored, and then waiting ends', async () => {
  await quarantined('good', patient());
  const [status] = await Promise.all([redrive('--wait', '3600'), drainOnceSent()]);
  expect(out).toMatch(/^redriven 1\nafter \d+ s: 1 stored\n$/);
  expect({ status, err: err.includes('still waits') }).toEqual({ status: 0, err: false });
});

/** Acts as the deployed functions would while the operator waits. */
async function drainOnceSent(): Promise<void> {
  await expect.poll(() => depthOf(world.queues.isolation)).toBeGreaterThan(0);
  await drain(world, functions);
}

/** Answers as STS does when asked for the caller's identity. */
async function identity(userId: string) {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/xml');
    response.end(
      `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
      <UserId>${userId}</UserId><Account>000000000000</Account><Arn>arn:aws:iam::000000000000:user/x</Arn>
      </GetCallerIdentityResult></GetCallerIdentityResponse>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env['AWS_ENDPOINT_URL_STS'] =
    `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return server;
}

test.each([
  ['AROASTRANGER000000001:ana', false],
  ['AROAOPERATOR000000001:ana', true],
])(
  'R40: %s may redrive: %s; a refused caller moves nothing',
  async (userId, may) => {
    const known = [{ id: 'AROAOPERATOR000000001', as: 'operator', kinds: ['redrive', 'discard'] }];
    configureAudit(lambda, world, {
      [ENV.publishers]: JSON.stringify({ senderIds: 'verify', known }),
    });
    const server = await identity(userId);
    try {
      await quarantined('m-1', patient());
      const before = await itemsOf(world.tables.quarantine);
      const asked = redrive('--wait', '0');
      if (may) {
        await asked;
        expect(out).toContain('redriven 1');
        return;
      }
      await expect(asked).rejects.toThrow(
        /^refused, and nothing was moved: AROASTRANGER000000001 is not an operator of stage/,
      );
      expect(await itemsOf(world.tables.quarantine)).toEqual(before);
      expect(await depthOf(world.queues.isolation)).toBe(0);
      expect(await depthOf(world.queues.audit)).toBe(0);
    } finally {
      server.close();
    }
  },
  60_000,
);
