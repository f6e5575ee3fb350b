/**
 * The columns of the analysts' table: both Athena's table in the stack and the Parquet files come from this
 * one list. `message` and `verdict` together identify an outcome.
 */
import type { OutcomeFact } from '../../core/report/outcome-fact.ts';

interface Column {
  readonly name: string;
  /** Athena's name of its type, and Parquet's. */
  readonly athena: 'string' | 'timestamp' | 'bigint' | 'int';
  readonly parquet: 'STRING' | 'TIMESTAMP' | 'INT64' | 'INT32';
  readonly means: string;
  value(fact: OutcomeFact): string | Date | bigint | number | undefined;
}

const text = (name: string, means: string, value: Column['value']): Column => ({
  name,
  athena: 'string',
  parquet: 'STRING',
  means,
  value,
});

export const COLUMNS: readonly Column[] = [
  text('message', "Keyed hash of the message's id, as in the audit log", (fact) => fact.message),
  text('verdict', 'stored, rejected or dead-lettered', (fact) => fact.verdict),
  text('source', 'Who sent it', (fact) => fact.source),
  text('lane', 'critical or background', (fact) => fact.lane),
  {
    name: 'ended_at',
    athena: 'timestamp',
    parquet: 'TIMESTAMP',
    means: 'When it ended so, UTC',
    value: ({ endedAt }) => new Date(endedAt),
  },
  {
    name: 'latency_ms',
    athena: 'bigint',
    parquet: 'INT64',
    means: 'From submission to end',
    value: ({ latencyMs }) => (latencyMs === undefined ? undefined : BigInt(latencyMs)),
  },
  text('crash', 'What crashed a dead letter', (fact) => fact.crash),
  text('fingerprint', 'Why, the same for equal failures', (fact) => fact.fingerprint),
  text('why', 'Why, of the first error: code and place, no value', (fact) => fact.why),
  {
    name: 'issues',
    athena: 'int',
    parquet: 'INT32',
    means: 'Issues of all severities',
    value: ({ issues }) => issues,
  },
];
