/** Fences of the audit log, of saves and of invocations. */
import type { Fence } from './fence.ts';

export const OF_AUDIT: readonly Fence[] = [
  {
    name: 'audit: a batch is put only if its key has no object',
    file: 'aws/audit-bucket.ts',
    code: "        IfNoneMatch: '*',\n",
    without: '',
  },
  {
    name: 'audit: facts that the chain already has are left out',
    file: 'functions/audit/chain-writer.ts',
    code: '!known.has(key) && !known.has(fact)',
    without: 'true || known.has(key)',
  },
  {
    name: 'audit: a fact that is twice in a batch is recorded once',
    file: 'functions/audit/chain-writer.ts',
    code: 'if (!distinct.has(key)) distinct.set(key, fact);',
    without: 'distinct.set(key + distinct.size, fact);',
  },
  {
    name: 'audit: the next writer copies what the table lacks',
    file: 'functions/audit/chain-writer.ts',
    code: 'if (head.sequence > copied) await copyToTable(table, chain, batch.entries);',
    without: '',
  },
  {
    name: 'audit: a row is put only if there is none',
    file: 'aws/audit-table.ts',
    code: "const NOT_THERE = 'attribute_not_exists(pk)';",
    without: "const NOT_THERE = 'attribute_not_exists(pk) OR attribute_exists(pk)';",
    unseen: 'a second write of a row is equal to the first',
  },
  {
    name: 'audit: each kind of fact has its publishers',
    file: 'core/audit/publishers.ts',
    code: 'return known.some(({ id, kinds }) => id === teller && kinds.includes(kind));',
    without: 'return known.some(({ id }) => id === teller);',
    unseen: 'in a run nobody publishes a fact that it may not publish',
  },
  {
    name: 'saves: a writer finds its own save by its receipt',
    file: 'aws/versioned-item.ts',
    code: 'return receipts.includes(token);',
    without: 'return receipts.length < 0 && token === undefined;',
  },
  {
    name: 'saves: one whose receipt may be gone is not repeated',
    file: 'aws/versioned-item.ts',
    code: "if (Number(Item?.['version']) >= item.version + RECEIPTS_MAX) {",
    without: "if (Number(Item?.['version']) < 0) {",
    needs: ({ coincidences, operators }) => coincidences.asleep > 0 && operators.holds > 0.05,
  },
  {
    name: 'saves: a refusal is not trusted after a try without an answer',
    file: 'aws/conditional-write.ts',
    code: 'return $metadata?.attempts === 1;',
    without: 'return $metadata !== undefined;',
  },
  {
    name: 'invocations: calls that an invocation leaves pending are aborted',
    file: 'telemetry/invocation.ts',
    code: '  } finally {\n    end();\n',
    without: '  } finally {\n',
  },
];
