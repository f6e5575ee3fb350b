/** The fences that `npm run simulate:fences` takes out, one at a time. */
import type { Fence } from './fence.ts';

export const FENCES: readonly Fence[] = [
  {
    name: 'audit: a batch is put only where none lies',
    file: 'aws/audit-bucket.ts',
    code: "        IfNoneMatch: '*',\n",
    without: '',
  },
  {
    name: 'audit: what the chain holds already is left out',
    file: 'functions/audit/chain-writer.ts',
    code: '!known.has(key) && !known.has(fact)',
    without: 'true || known.has(key)',
  },
  {
    name: 'audit: a fact that a batch holds twice is taken once',
    file: 'functions/audit/chain-writer.ts',
    code: 'if (!distinct.has(key)) distinct.set(key, fact);',
    without: 'distinct.set(key + distinct.size, fact);',
  },
  {
    name: 'audit: what the table lacks is copied by whoever comes next',
    file: 'functions/audit/chain-writer.ts',
    code: 'if (head.sequence > copied) await copyToTable(table, chain, batch.entries);',
    without: '',
  },
  {
    name: 'audit: a row is put only where none lies',
    file: 'aws/audit-table.ts',
    code: "const NOT_THERE = 'attribute_not_exists(pk)';",
    without: "const NOT_THERE = 'attribute_not_exists(pk) OR attribute_exists(pk)';",
    unseen: 'who writes a row again writes the same one',
  },
  {
    name: 'audit: some facts may be told by nobody but some',
    file: 'core/audit/publishers.ts',
    code: 'return known.some(({ id, kinds }) => id === teller && kinds.includes(kind));',
    without: 'return known.some(({ id }) => id === teller);',
  },
  {
    name: 'incident: the version that was read',
    file: 'aws/versioned-item.ts',
    code: "const VERSION_BEFORE = 'version = :before';",
    without: "const VERSION_BEFORE = 'version = :before OR version <> :before';",
  },
  {
    name: 'incident: a new one is saved only where none lies',
    file: 'aws/versioned-item.ts',
    code: "const NOT_THERE = 'attribute_not_exists(pk)';",
    without: "const NOT_THERE = 'attribute_not_exists(pk) OR attribute_exists(pk)';",
  },
  {
    name: 'incident: its number is in the deduplication key',
    file: 'functions/incident/page.ts',
    code: 'const dedupKey = fault === undefined ? itself',
    without: 'const dedupKey = fault === undefined ? incident.scope',
  },
  {
    name: 'incident: crashes that met a resolution are recorded again',
    file: 'functions/incident/open-incidents.ts',
    code: 'if (over < incidentsOver(latest)) {',
    without: 'if (over > incidentsOver(latest)) {',
  },
  {
    name: 'incident: a quiet resolution looks again',
    file: 'core/incident/incident-steps.ts',
    code: 'return resolved?.quietSince !== undefined && done[LOOKED_AGAIN] === undefined;',
    without: 'return false && done[LOOKED_AGAIN] === undefined && resolved === undefined;',
  },
  {
    name: 'saves: a receipt tells a writer its own save',
    file: 'aws/versioned-item.ts',
    code: 'return receipts.includes(token);',
    without: 'return receipts.length < 0 && token === undefined;',
  },
  {
    name: 'invocations: what one leaves pending is aborted',
    file: 'telemetry/invocation.ts',
    code: '  } finally {\n    end();\n  }',
    without: '  } finally {\n  }',
  },
];
