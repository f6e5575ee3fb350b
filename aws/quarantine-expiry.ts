/** When DynamoDB deletes an entry of Quarantine. Each step of an entry sets the time again. */
import type { Table } from './handles.ts';
import type { QuarantineRecord } from './quarantine-entries.ts';

export interface QuarantineTable extends Table {
  /** How long an entry is kept; absent or 0 if it does not expire. */
  readonly keptDays?: number | undefined;
}

const DAY_SECONDS = 24 * 3_600;

/** Epoch seconds; undefined if the stack does not say how long entries are kept. */
export function quarantineExpiry(
  { keptDays = 0 }: QuarantineTable,
  now: number,
): number | undefined {
  return keptDays > 0 ? Math.ceil(now / 1_000) + keptDays * DAY_SECONDS : undefined;
}

/**
 * The same for a caller without the stack's setting: as long from now on as it was from when it was
 * quarantined.
 */
export function expiryAnew(
  { expiresAt, quarantinedAt }: Pick<QuarantineRecord, 'expiresAt' | 'quarantinedAt'>,
  now: number,
): number | undefined {
  if (expiresAt === undefined || quarantinedAt === undefined) return expiresAt;
  return expiresAt + Math.max(0, Math.ceil((now - quarantinedAt) / 1_000));
}
