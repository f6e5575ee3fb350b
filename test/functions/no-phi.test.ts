import { expect, test, vi } from 'vitest';
import { ENV } from '../../telemetry/env-names.ts';
import { skipTime } from '../support/clock.ts';
import { startCollector } from '../support/collector.ts';
import { receive, send } from '../support/delivery.ts';
import { drain } from '../support/drain.ts';
import { loadFunctions } from '../support/functions.ts';
import { exampleSettings, patientWithCpf, pluginFaulty } from '../support/plugins.ts';
import { type Fault, faulty, patient } from '../support/resources.ts';
import { itemsOf } from '../support/stores.ts';
import { useEmulators } from '../support/use-emulators.ts';
import { buildWorld } from '../support/world.ts';

const SECRET = 'Wilhelmina';
/** Data that says who somebody is, each in its FHIR element. */
const ABOUT = {
  name: [{ family: SECRET, given: ['Ottoline'] }],
  identifier: [{ system: 'http://hospital.example.org/mrn', value: 'MRN-83172645' }],
  address: [{ line: ['Blindengasse 47'], city: 'Eisenerz', postalCode: '80331-7744' }],
  telecom: [{ system: 'phone', value: '+43-699-5550123' }],
  birthDate: '1931-02-17',
};
const PHI = [
  SECRET,
  'Ottoline',
  'MRN-83172645',
  'Blindengasse',
  'Eisenerz',
  '80331-7744',
  '5550123',
  '1931-02-17',
];
useEmulators();

test('R08 R60: logs, metrics, spans, crash events, pages, outcomes and facts say what happened, and nothing about a person', async () => {
  const advisory = { required: false };
  const plugins = [exampleSettings('cpf'), exampleSettings('chaos', advisory)];
  const world = await buildWorld({ deadlineMs: 2_000, heapOldMb: 32, crashesToOpen: 3, plugins });
  const collector = await startCollector();
  vi.stubEnv(ENV.tracesEndpoint, collector.endpoint);
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'DEBUG');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  const output: string[] = [];
  const capture = (chunk: unknown) => output.push(String(chunk)) > 0;
  vi.spyOn(process.stdout, 'write').mockImplementation(capture);
  vi.spyOn(process.stderr, 'write').mockImplementation(capture);
  const functions = await loadFunctions();
  const about = ABOUT;
  const faults: Fault[] = ['throw', 'exit', 'heap'];
  const bodies = [
    patient({ id: SECRET, ...about }),
    patient({ id: SECRET, ...about, gender: SECRET }),
    patient({ ...about, birthDate: `${ABOUT.birthDate} ${SECRET}` }),
    patient({ [SECRET]: true, contact: [{ [SECRET]: SECRET }] }),
    `${SECRET} is not JSON`,
    patientWithCpf(SECRET, about),
    pluginFaulty('garble', about),
    ...faults.map((fault) => faulty(fault, SECRET)),
  ];
  for (const body of bodies) await send(world.queues.lane, body);
  await drain(world, functions);
  await functions.close();
  await collector.stop();
  skipTime(60_000);
  const { oncall, management, outcomes, audit } = world.queues;
  const pages = [oncall, management].map((queue) => receive(queue));
  const ends = await receive(outcomes);
  const facts = await receive(audit);
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
  expect(ends.length).toBeGreaterThan(5);
  expect(facts.length).toBeGreaterThan(0);
  const spans = collector.bodies.join();
  expect(spans).toContain('"attempt"');
  const leaving = [
    lines,
    spans,
    crashes,
    told,
    prints,
    JSON.stringify(ends),
    JSON.stringify(facts),
  ];
  for (const text of leaving) for (const secret of PHI) expect(text).not.toContain(secret);
});
