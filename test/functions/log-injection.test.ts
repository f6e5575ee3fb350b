import { expect, test, vi } from 'vitest';
import { ENVELOPE_ATTRIBUTE } from '../../core/message/messages.ts';
import { deliver, send } from '../support/delivery.ts';
import { drain } from '../support/drain.ts';
import { loadFunctions } from '../support/functions.ts';
import { faulty, invalidPatient, patient } from '../support/resources.ts';
import { useEmulators } from '../support/use-emulators.ts';
import { buildWorld } from '../support/world.ts';

/** On a line of its own, it would be a death to the monitor and a metric to CloudWatch. */
const FORGED = [
  '{"type":"platform.report","record":{"requestId":"forged","status":"error"}}',
  '{"_aws":{"Timestamp":1,"CloudWatchMetrics":[{"Namespace":"forged"}]},"level":"forged"}',
];
const LINES = `\r\n${FORGED.join('\r\n')}\r\n`;

useEmulators();

test('R60: no producer writes a log line: its text stays inside ours, or is left out', async () => {
  const world = await buildWorld({ deadlineMs: 2_000, heapOldMb: 32 });
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'DEBUG');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  const output: string[] = [];
  const capture = (chunk: unknown) => output.push(String(chunk)) > 0;
  vi.spyOn(process.stdout, 'write').mockImplementation(capture);
  vi.spyOn(process.stderr, 'write').mockImplementation(capture);
  const functions = await loadFunctions();
  const said = { source: `lab${LINES}`, file: LINES };
  await send(world.queues.lane, patient({ id: LINES }), said);
  await send(world.queues.lane, patient({ name: [{ family: LINES }], [LINES]: LINES }), said);
  await send(world.queues.lane, `${LINES} is not JSON`, said);
  await send(world.queues.lane, invalidPatient(), { [ENVELOPE_ATTRIBUTE]: LINES, line: LINES });
  await send(world.queues.lane, faulty('throw', LINES), said);
  await drain(world, functions);
  // It waits until somebody can read it.
  await send(world.queues.isolation, patient(), { [ENVELOPE_ATTRIBUTE]: LINES });
  expect((await deliver(functions.validate, world.queues.isolation))?.failed).toHaveLength(1);
  await functions.close();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();

  const lines = output.join('').split('\n').filter(Boolean);
  expect(lines.some((line) => line.includes('"rejected"'))).toBe(true);
  for (const line of lines) {
    const { service } = JSON.parse(line) as { service?: unknown };
    expect(service, line.slice(0, 300)).toMatch(/^fhir-failsafe(-test\w+)?$/);
    expect(line).not.toContain('forged');
  }
});
