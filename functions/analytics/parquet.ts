import { parquetWriteBuffer } from 'hyparquet-writer';
import type { OutcomeFact } from '../../core/report/outcome-fact.ts';
import { COLUMNS } from './columns.ts';

/**
 * Facts as one Parquet file, compressed by Snappy: the same facts in the same order give the same bytes.
 */
export function parquetOf(facts: readonly OutcomeFact[]): Uint8Array {
  const columnData = COLUMNS.map(({ name, parquet, value }) => ({
    name,
    type: parquet,
    data: facts.map((fact) => value(fact)),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: facts.length }));
}
