import { expect, it } from 'vitest';
import { describeWaiting, holdsPending, waitingFor } from '../../demo/queues.ts';

const URLS = ['background', 'background-isolation', 'supervisor'].map(
  (name) => `http://127.0.0.1:1/000000000000/fhir-failsafe-dev-${name}`,
);

it('says what a run waits for, in queues and outside of them, and for how long', () => {
  const underWay = { polled: 2, logLines: 0, asyncInvocations: 1 };
  const line = describeWaiting(waitingFor(URLS, [0, 3, 0], underWay), 15_200);
  expect(line).toContain('nothing has moved for 15 s');
  expect(line).toContain('3 in background-isolation, 2 in the hands of pollers, 1 invocations by');
  expect(line).not.toContain('in supervisor');
  expect(line).not.toContain('log lines');
});

it.each([
  ['fhir-failsafe-dev-background-isolation', true],
  ['fhir-failsafe-dev-reporting', false],
  ['fhir-failsafe-dev-analytics', false],
])('a reader of outcomes keeps no run waiting, whatever becomes of it: %s', (name, holds) => {
  expect(holdsPending(name)).toBe(holds);
});
