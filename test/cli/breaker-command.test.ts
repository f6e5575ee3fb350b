import { DeleteQueueCommand } from '@aws-sdk/client-sqs';
import { beforeAll, expect, test } from 'vitest';
import { auditFactSchema } from '../../core/audit/audit-fact.ts';
import { cli } from '../support/cli.ts';
import { testClients } from '../support/clients.ts';
import { receive } from '../support/delivery.ts';
import { itemsOf } from '../support/stores.ts';
import { useEmulators } from '../support/use-emulators.ts';
import { buildWorld, type World } from '../support/world.ts';

useEmulators();
let world: World;
beforeAll(async () => {
  world = await buildWorld();
});

const breaker = (...args: string[]) => cli(['breaker', ...args, '--stage', world.stage]);

test('R17: an operator forces a breaker; the audit log gets who and why, and show prints it', async () => {
  const word = ['fhir-server', '--reason', 'maintenance', '--by', 'ada'];
  const forced = await breaker('force-open', ...word, '--for', '10m');
  expect(forced).toMatchObject({ status: 0, err: '' });
  expect(forced.out).toMatch(
    /^The breaker fhir-server is open until \S+ \S+Z \(in \d+ min\); said by ada: maintenance$/m,
  );
  const [told] = await receive(world.queues.audit);
  expect(auditFactSchema.parse(JSON.parse(told?.body ?? ''))).toMatchObject({
    kind: 'breaker-forced',
    component: 'cli',
    actor: 'ada',
    reason: 'force-open: maintenance',
    details: { service: 'fhir-server', from: 'closed', to: 'open' },
  });
  expect((await breaker('list')).out).toMatch(/^fhir-server +open until .*forced by ada/);
  const again = await breaker('force-closed', ...word, '--json');
  expect(JSON.parse(again.out)).toMatchObject({
    breaker: 'fhir-server',
    is: 'closed',
    until: expect.stringMatching(/^20.*Z$/),
    at: expect.stringMatching(/^20.*Z$/),
  });
  await breaker('force-open', ...word);

  // Nothing is forced if it cannot be recorded.
  const QueueUrl = world.queues.audit.url;
  await testClients().sqs.send(new DeleteQueueCommand({ QueueUrl }));
  const unaudited = await breaker('reset', ...word);
  expect(unaudited).toMatchObject({ status: 1, err: expect.stringContaining('audit.fifo') });
  expect(await itemsOf(world.tables.breakers)).toMatchObject([{ phase: 'open', generation: 3 }]);
});

test('an unknown breaker is not created, and a blank reason is refused', async () => {
  const before = await itemsOf(world.tables.breakers);
  const typo = await breaker('force-open', 'fhri-server', '--reason', 'maintenance');
  expect(typo).toMatchObject({ status: 2, out: '' });
  expect(typo.err).toContain('no breaker fhri-server');
  expect(typo.err).toContain('did you mean fhir-server?');
  const strange = await breaker('reset', 'printer', '--reason', 'maintenance');
  expect(strange.err).toContain('there are fhir-server, terminology-server');
  const shown = await breaker('show', 'printer');
  expect(shown).toEqual({ ...strange, err: expect.stringContaining('no breaker printer') });
  const unused = await breaker('show', 'terminology-server');
  expect(unused).toMatchObject({ status: 1, out: '' });
  expect(unused.err).toMatch(/^error: no breaker terminology-server .* has not failed yet/);
  for (const reason of ['', '   ', '--']) {
    const blank = await breaker('force-open', 'fhir-server', `--reason=${reason}`);
    expect(blank).toMatchObject({ status: 2, err: expect.stringContaining('must contain words') });
  }
  expect(await itemsOf(world.tables.breakers)).toEqual(before);
});
