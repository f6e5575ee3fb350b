import { beforeAll, expect, test } from 'vitest';
import { cli as run } from '../support/cli.ts';
import { receive } from '../support/delivery.ts';
import { tableAt } from '../support/handles.ts';
import { useEmulators } from '../support/use-emulators.ts';
import { buildWorld, type World } from '../support/world.ts';

useEmulators();
let world: World;

beforeAll(async () => {
  world = await buildWorld();
  const { saveIncident } = await import('../../aws/incidents-table.ts');
  const { recordCrash } = await import('../../aws/crash-items.ts');
  const { opened, three } = await import('../core/incident/incident-support.ts');
  await saveIncident(
    tableAt(world.tables.incidents),
    opened({ fingerprints: [], windowMs: 1_000 }),
  );
  const later = { ...three[0], id: 'd', at: 1_500, messageId: 'm-1', fingerprint: 'f00d' } as const;
  for (const crash of [...three, { ...later, component: 'validate', kind: 'exit' as const }]) {
    await recordCrash(tableAt(world.tables.incidents), crash, crash.id, Date.now() + 60_000);
  }
});

const cli = (...args: string[]) => run(['incident', ...args, '--stage', world.stage]);

test('R22: list, show, ack and resolve an incident', async () => {
  const listed = await cli('list', '--json');
  // show counts anew; the stored record is as old as its last count.
  expect(JSON.parse(listed.out)).toMatchObject({
    incidents: [{ scope: 'validate', number: 1, status: 'open', crashes: 4, messages: 1 }],
  });
  const { out: shown } = await cli('show', 'validate#1');
  expect(shown).toMatch(/^fingerprint +f00d: 1$/m);
  expect(shown).toMatch(/^if a breach +HIPAA notice by 1970-03-02, ANPD by 1970-01-06$/m);
  expect(shown).toContain("incident ack 'validate#1'");
  expect(shown).toContain(`npm run cli -- quarantine list --stage ${world.stage}`);

  const acked = await cli('ack', 'validate#1', '--reason', 'on it', '--by', 'ana');
  expect(acked.out).toMatch(
    /^validate#1 +acknowledged opened .*Z \(.* ago\) {2}4 crashes of 1 message by ana: on it$/m,
  );
  const again = await cli('ack', 'validate#1', '--reason', 'me too');
  expect(again).toMatchObject({ status: 1, err: expect.stringContaining('acknowledged already') });
  const resolved = await cli('resolve', 'validate#1', '--reason', 'rolled back', '--by', 'ana');
  expect(resolved.out).toMatch(/^validate#1 +resolved .* by ana: rolled back$/m);
  // A resolved incident is listed until it was notified; the function was woken each time to do so.
  expect((await cli('list')).out).toMatch(/^validate#1 +resolved/m);
  expect((await receive(world.queues.incident)).map(({ body }) => body)).toEqual([
    '{"wake":"minute"}',
    '{"wake":"minute"}',
  ]);
});

test('a wrong command line is answered with what is missing', async () => {
  expect((await cli('show', 'validate')).err).toContain("such as 'validate#1'");
  expect((await cli('ack', 'validate#1')).err).toContain('--reason');
  const blank = await cli('resolve', 'validate#1', '--reason', ' - ');
  expect(blank).toMatchObject({ status: 2, err: expect.stringContaining('must contain words') });
  const long = await cli('resolve', 'validate#1', '--reason', 'x'.repeat(1_025));
  expect(long).toMatchObject({
    status: 2,
    err: expect.stringContaining('at most 1024 characters'),
  });
  const who = await cli('ack', 'validate#1', '--reason', 'on it', '--by', 'x'.repeat(129));
  expect(who).toMatchObject({ status: 2, err: expect.stringContaining('at most 128 characters') });
  expect(await cli('show', 'validate#9')).toMatchObject({
    status: 1,
    err: expect.stringMatching(/no incident validate#9 in \S+; see incident list --all/),
  });
});
