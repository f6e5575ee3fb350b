/**
 * The texts that drills send: resources of each kind, and for each queue a message with nothing to
 * do.
 */
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { AuditFact } from '../core/audit/audit-fact.ts';
import { MINUTE_WAKE } from '../core/message/messages.ts';
import { outcomeEvent } from '../core/message/outcome-event.ts';
import { patient } from '../demo/sample/patient.ts';
import { seededRandom } from '../demo/sample/random.ts';
import { CHAOS_SYSTEM } from '../functions/validate/chaos.ts';

const random = seededRandom(1);

export const valid = () => JSON.stringify(patient(random));
export const invalid = () => JSON.stringify({ ...patient(random), gender: 'unheard-of' });
/** It throws while it is validated, however often. */
export const crashing = () =>
  JSON.stringify({ ...patient(random), meta: { tag: [{ system: CHAOS_SYSTEM, code: 'throw' }] } });
/** It holds a code that only a terminology server knows, a new one each time. */
export const undecided = () =>
  JSON.stringify({ ...patient(random), photo: [{ contentType: `image/x-${randomUUID()}` }] });

/** CloudWatch's test message to a new subscriber. */
const TEST_MESSAGE = {
  messageType: 'CONTROL_MESSAGE',
  owner: 'CloudwatchLogs',
  logGroup: '',
  logStream: '',
  subscriptionFilters: [],
  logEvents: [],
};
export const NO_DEATHS = {
  awslogs: { data: gzipSync(JSON.stringify(TEST_MESSAGE)).toString('base64') },
};

/** How a message ended, as readers of outcomes get it. */
const ended = () => {
  const endedAt = Date.now();
  const origin = { messageId: randomUUID(), source: 'default', sentAt: endedAt };
  return outcomeEvent(origin, 'background', { verdict: 'stored', endedAt });
};

const fact = (): AuditFact => ({
  id: randomUUID(),
  kind: 'redrive',
  at: Date.now(),
  component: 'gameday',
  details: {},
});

/** A message of the queue's kind, given its name without the stage's prefix. */
export function messageFor(queue: string): string {
  if (/^(critical|background)(-isolation)?$/.test(queue)) return valid();
  if (queue === 'delivery') return JSON.stringify({ pk: `default#Patient#${randomUUID()}` });
  if (queue === 'incident' || queue === 'supervisor') return JSON.stringify(MINUTE_WAKE);
  if (queue === 'reporting' || queue === 'analytics') return JSON.stringify(ended());
  if (queue === 'audit.fifo') return JSON.stringify(fact());
  if (/^(critical|background)-dead-letter$/.test(queue)) return valid();
  if (queue === 'monitor-dead-letter') return JSON.stringify(NO_DEATHS);
  throw new Error(`what a message of ${queue} is must be said in gameday/texts.ts`);
}
