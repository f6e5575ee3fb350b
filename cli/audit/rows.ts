import { rowsOf } from '../../aws/audit-table.ts';
import type { Table } from '../../aws/handles.ts';
import type { Head } from '../../core/audit/audit-chain.ts';
import { AUDIT_CHAIN as chain } from '../../core/audit/audit-fact.ts';
import { sortKeyOf } from '../../core/audit/audit-keys.ts';
import type { AuditRow } from '../../core/audit/audit-verification.ts';

/** The rows of the table, in order, with a look ahead. */
export class Rows {
  readonly #table: Table;
  #source: AsyncGenerator<AuditRow, void>;
  #ahead: AuditRow[] = [];

  constructor(table: Table) {
    this.#table = table;
    this.#source = rowsOf(table, chain);
  }

  /** As many as there are, up to `count`; they are not consumed. */
  async next(count: number): Promise<readonly AuditRow[]> {
    while (this.#ahead.length < count) {
      const { value } = await this.#source.next();
      if (value === undefined) break;
      this.#ahead.push(value);
    }
    return this.#ahead.slice(0, count);
  }

  pass(count: number): void {
    this.#ahead.splice(0, count);
  }

  lookAgain({ sequence }: Head): void {
    this.#ahead = [];
    this.#source = rowsOf(this.#table, chain, sequence === 0 ? '' : sortKeyOf(sequence));
  }
}
