import { expect, test, vi } from 'vitest';
import { type Act, audited } from '../../../cli/quarantine/audited.ts';
import { type AuditFact, auditFactSchema } from '../../../core/audit/audit-fact.ts';

const ACT: Act = {
  kind: 'redrive',
  by: 'ada',
  why: 'fixed',
  before: 0,
  only: {},
  selection: { kind: 'all' },
};

function recorder(refuse = false) {
  const facts: AuditFact[] = [];
  const publish = async (sent: readonly AuditFact[]) => {
    if (refuse) throw new Error('refused');
    for (const fact of sent) facts.push(auditFactSchema.parse(fact));
  };
  const hash = vi.fn(async () => (id: string) => `<${id}>`);
  return { facts, publish, hash, now: () => 7, newId: () => `id-${facts.length}` };
}

test('R40: an act that cannot be recorded is not done', async () => {
  const perform = vi.fn();
  await expect(audited(ACT, recorder(true), perform)).rejects.toThrow('refused');
  expect(perform).not.toHaveBeenCalled();
});

test('R40: an act has a fact before it and one after, with the same id', async () => {
  const record = recorder();
  const counts = await audited({ ...ACT, only: { lane: 'critical' } }, record, async () => ({
    sent: 2,
  }));
  expect(counts).toEqual({ sent: 2 });
  const [began, ended] = record.facts;
  expect(began).toMatchObject({ kind: 'redrive', at: 7, actor: 'ada', reason: 'fixed' });
  expect(began?.details).toMatchObject({ selection: 'all', lane: 'critical', phase: 'began' });
  expect(ended?.details).toEqual({ phase: 'ended', run: began?.details['run'], 'count: sent': 2 });
  expect(ended?.id).not.toBe(began?.id);
  expect(record.hash).not.toHaveBeenCalled();
});

test('R40: an act that failed halfway has a fact that says so', async () => {
  const record = recorder();
  const fails = () => Promise.reject(new TypeError('of Peter Chalmers'));
  await expect(audited(ACT, record, fails)).rejects.toThrow(TypeError);
  expect(record.facts[1]?.details).toMatchObject({ phase: 'failed', fault: 'TypeError' });
});

test('R08: chosen messages are recorded as hashes, as many as fit', async () => {
  const record = recorder();
  const ids = Array.from({ length: 40 }, (_, i) => `m-${i}`);
  await audited({ ...ACT, selection: { kind: 'ids', ids } }, record, async () => ({}));
  expect(record.facts[0]?.details).toMatchObject({
    ids: 40,
    messages: expect.stringMatching(/^<m-0> .* <m-29>$/),
  });
});

test('an operator’s text is cut if a fact has no room for it', async () => {
  const record = recorder();
  const selection = { kind: 'fingerprint', fingerprint: 'f'.repeat(500) } as const;
  await audited({ ...ACT, by: '', why: 'x'.repeat(5_000), selection }, record, async () => ({}));
  expect(record.facts[0]).toMatchObject({ actor: 'unknown', reason: 'x'.repeat(1_024) });
});
