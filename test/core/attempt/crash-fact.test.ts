import { expect, test } from 'vitest';
import { crashFact } from '../../../core/attempt/crash-fact.ts';
import { auditFactSchema } from '../../../core/audit/audit-fact.ts';
import type { CrashEvent } from '../../../core/message/messages.ts';

const hash = (text: string) => `<${text}>`;
const CRASH: CrashEvent = { id: 'r-1', component: 'validate', kind: 'exit', at: 5 };

test('R40: a crash is one fact, whoever saw it', () => {
  const bare = crashFact(CRASH, hash);
  expect(bare).toEqual({
    id: 'process-crash/r-1',
    kind: 'process-crash',
    at: 5,
    component: 'validate',
    details: { crash: 'exit' },
  });
  expect(crashFact({ ...CRASH, at: 6, lane: 'critical' }, hash).id).toBe(bare.id);
});

test('R08: the ids of message and request are keyed hashes in it', () => {
  const more = { lane: 'critical', during: 'resource', fingerprint: 'f1' } as const;
  const fact = crashFact({ ...CRASH, ...more, messageId: 'm-1', requestId: 'r-1' }, hash);
  expect(fact.details).toEqual({ crash: 'exit', ...more, message: '<m-1>', request: '<r-1>' });
  expect(auditFactSchema.parse(fact)).toEqual(fact);
});
