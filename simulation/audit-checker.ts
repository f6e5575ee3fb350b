/**
 * Checks the audit log after each object that is put (R40). The log is append-only, each batch
 * follows from the one before, and a fact is in it only once. The checker reads only the bucket and
 * the table.
 */
import { type AuditEntry, genesis, readBatch } from '../core/audit/audit-chain.ts';
import { AUDIT_CHAIN } from '../core/audit/audit-fact.ts';
import { linesOf, objectKeyOf } from '../core/audit/audit-keys.ts';
import { RuleBroken } from './checker.ts';
import type { Item } from './dynamo/values.ts';

export class AuditChecker {
  readonly #keys = new Set<string>();
  readonly #facts = new Set<string>();
  readonly #lines: string[] = [];
  #head = genesis(AUDIT_CHAIN);

  /** Whether the log has that fact, named by its kind and its keyed hash. */
  has(fact: string): boolean {
    return this.#facts.has(fact);
  }

  /** The facts of a kind. */
  ofKind(kind: string): string[] {
    return [...this.#facts].filter((fact) => fact.startsWith(`${kind}#`));
  }

  /** Returns the facts that are new. @throws RuleBroken */
  put(key: string, bytes: Uint8Array | undefined): string[] {
    if (this.#keys.has(key)) throw new RuleBroken('R40', `${key} was written again`);
    this.#keys.add(key);
    const expected = objectKeyOf(AUDIT_CHAIN, this.#head.sequence + 1);
    if (key !== expected) throw new RuleBroken('R40', `${key} was written and not ${expected}`);
    const lines = linesOf(Buffer.from(bytes ?? []).toString()).slice(0, -1);
    const batch = readBatch(lines);
    if (batch === undefined) throw new RuleBroken('R40', `${key} cannot be read`);
    let { hash: previous } = this.#head;
    const facts: string[] = [];
    for (const line of lines) {
      // `readBatch` has checked it.
      const entry = JSON.parse(line) as AuditEntry;
      if (entry.previous !== previous) throw new RuleBroken('R40', `${key} breaks the chain`);
      previous = entry.hash;
      facts.push(this.#take(entry.kind, entry.fact));
      this.#lines.push(line);
    }
    this.#head = batch.head;
    return facts;
  }

  #take(kind: string, fact: string): string {
    const name = `${kind}#${fact}`;
    if (kind === 'configuration') return name;
    if (this.#facts.has(name)) throw new RuleBroken('R40', `fact ${name} was recorded twice`);
    this.#facts.add(name);
    return name;
  }

  /**
   * At the end, every published fact must be recorded, and the table must be a complete copy.
   * @throws RuleBroken
   */
  end(told: ReadonlySet<string>, rows: Iterable<Item>): void {
    for (const fact of told) {
      if (!this.#facts.has(fact)) throw new RuleBroken('R40', `fact ${fact} is missing`);
    }
    for (const fact of this.#facts) {
      if (!told.has(fact)) throw new RuleBroken('R40', `nobody told fact ${fact}`);
    }
    const copied = new Set([...rows].map((row) => row['line']));
    for (const line of this.#lines) {
      if (!copied.has(line)) throw new RuleBroken('R40', 'the table lacks an entry');
    }
  }
}
