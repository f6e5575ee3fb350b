/** Messages to the supervisor's queue from anyone with `sqs:SendMessage` for it. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ENV } from '../../../telemetry/env-names.ts';
import { contextWith, deliver } from '../../support/delivery.ts';
import { watchMetrics } from '../../support/metrics.ts';
import { sendAs } from '../../support/senders.ts';
import { itemsOf } from '../../support/stores.ts';
import {
  buildSupervisedWorld,
  deathsNow,
  loadSupervisor,
  mappingsOf,
  type SupervisedWorld,
} from '../../support/supervision.ts';
import { useLambdaService } from '../../support/use-lambda-service.ts';

const INCIDENT = 'AROAINCIDENT0000001';
const DELIVER = 'AROADELIVER00000001';
const OPERATOR = 'AIDAOPERATOR0000001';
const STRANGER = 'AROASTRANGER0000001:fhir-failsafe-dev-incident';
const SNS = 'AIDAIT2UOQQY3AUEKVGXU';
const TELLERS = {
  senderIds: 'verify',
  known: [
    { id: INCIDENT, as: 'incident', kinds: ['remediation'] },
    { id: DELIVER, as: 'deliver', kinds: ['breaker-news'] },
    { id: OPERATOR, as: 'operator', kinds: [] },
  ],
};
const RUNNING = { critical: 8, background: 8, delivery: 8 };

const service = useLambdaService();
let stage: SupervisedWorld;

beforeEach(async () => {
  stage = await buildSupervisedWorld(service);
  process.env[ENV.publishers] = JSON.stringify(TELLERS);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const remediate = { action: 'pause-lane', lane: 'critical', incident: 'validate#1' };
const breaker = { service: 'fhir-server', from: 'closed', to: 'open', at: 1 };

/** What the supervisor refused from a principal. */
async function refused(principal: string, ...news: readonly unknown[]): Promise<number> {
  const metrics = watchMetrics();
  const { handler } = await loadSupervisor();
  for (const each of news) await sendAs(principal, stage.queue, JSON.stringify(each));
  const delivered = await deliver(handler, stage.queue, { context: contextWith(120_000) });
  // A refused message is deleted: it does not come again a thousand times.
  expect(delivered?.failed).toEqual([]);
  return metrics.sum('SenderRefused');
}

test.each([
  ['a stranger', STRANGER],
  ['another role', `${DELIVER}:x`],
  ['an operator', OPERATOR],
  ['a sender that looks like a topic', SNS],
  ['the account', 'test'],
])('R40: %s cannot request a pause', async (_, principal) => {
  expect(await refused(principal, { remediate })).toBe(1);
  expect(await mappingsOf(stage, service)).toEqual(RUNNING);
  expect(await itemsOf(stage.table)).toEqual([]);
});

test.each([
  ['a stranger', STRANGER],
  ['a role that may publish other kinds', `${INCIDENT}:x`],
  ['an operator', OPERATOR],
  ['the account', 'test'],
])('R40: crash events that %s sends past the topic pause nothing', async (_, principal) => {
  expect(await refused(principal, ...deathsNow(5))).toBe(5);
  expect(await mappingsOf(stage, service)).toEqual(RUNNING);
});

test('R40: only functions that call through a breaker report its transitions', async () => {
  expect(await refused(`${INCIDENT}:x`, { breaker })).toBe(1);
  expect(await refused(`${DELIVER}:x`, { breaker })).toBe(0);
});

test('R31 R40: an incident requests a pause, and a topic reports deaths', async () => {
  expect(await refused(`${INCIDENT}:fhir-failsafe-dev-incident`, { remediate })).toBe(0);
  expect(await mappingsOf(stage, service)).toEqual({ ...RUNNING, critical: 'off' });
  expect(await refused(SNS, ...deathsNow(5, { lane: 'background' }))).toBe(0);
  expect(await mappingsOf(stage, service)).toMatchObject({ background: 'off' });
});

test('R40: a wake makes it check its state, and nothing else', async () => {
  expect(await refused(OPERATOR, { wake: 'minute' })).toBe(0);
  expect(await mappingsOf(stage, service)).toEqual(RUNNING);
});
