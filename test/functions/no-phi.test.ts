import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { skipTime } from '../support/clock.ts';
import { receive, send } from '../support/delivery.ts';
import { drain } from '../support/drain.ts';
import { type Emulators, startEmulators } from '../support/emulators.ts';
import { loadFunctions } from '../support/functions.ts';
import { exampleSettings, patientWithCpf, pluginFaulty } from '../support/plugins.ts';
import { type Fault, faulty, patient } from '../support/resources.ts';
import { itemsOf } from '../support/stores.ts';
import { buildWorld } from '../support/world.ts';

const SECRET = 'Wilhelmina';
let emulators: Emulators;
beforeAll(async () => {
  emulators = await startEmulators();
});
afterAll(() => emulators.stop());

test('R08 R60: logs, metrics, crash events and pages say what happened, and of whom nothing', async () => {
  const advisory = { required: false };
  const plugins = [exampleSettings('cpf'), exampleSettings('chaos', advisory)];
  const world = await buildWorld({ deadlineMs: 2_000, heapOldMb: 32, crashesToOpen: 3, plugins });
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'DEBUG');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  const output: string[] = [];
  const capture = (chunk: unknown) => output.push(String(chunk)) > 0;
  vi.spyOn(process.stdout, 'write').mockImplementation(capture);
  vi.spyOn(process.stderr, 'write').mockImplementation(capture);
  const functions = await loadFunctions();
  const about = { name: [{ family: SECRET }] };
  const faults: Fault[] = ['throw', 'exit', 'heap'];
  const bodies = [
    patient({ id: SECRET, ...about }),
    patient({ id: SECRET, gender: SECRET }),
    patient({ [SECRET]: true, contact: [{ [SECRET]: SECRET }] }),
    `${SECRET} is not JSON`,
    patientWithCpf(SECRET, about),
    pluginFaulty('garble', about),
    ...faults.map((fault) => faulty(fault, SECRET)),
  ];
  for (const body of bodies) await send(world.queues.lane, body);
  await drain(world, functions);
  await functions.close();
  skipTime(60_000);
  const pages = [world.queues.oncall, world.queues.management].map((queue) => receive(queue));
  vi.restoreAllMocks();
  vi.unstubAllEnvs();

  const lines = output.join('');
  const crashes = JSON.stringify(await itemsOf(world.tables.incidents));
  const told = JSON.stringify(await Promise.all(pages));
  expect(lines).toContain('"CrashOutOfMemory"');
  expect(lines).toContain('"rejected"');
  expect(lines).toContain('"dead-lettered"');
  expect(lines).toContain('"plugin crash"');
  expect(told).toContain('is crashing');
  const kept = await itemsOf(world.tables.quarantine);
  const prints = JSON.stringify(kept.map((item) => item['fingerprint']));
  for (const text of [lines, crashes, told, prints]) expect(text).not.toContain(SECRET);
});
