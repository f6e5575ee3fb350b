/** When DynamoDB deletes an entry of Quarantine. Each step of it sets the time anew. */
import { ENV } from '../telemetry/env-names.ts';
import type { QuarantineRecord } from './quarantine-entries.ts';

const DAY_SECONDS = 24 * 3_600;

/** Epoch seconds; undefined where the stack does not say how long entries are kept. */
export function quarantineExpiry(now: number): number | undefined {
  const days = Number(process.env[ENV.quarantineDays]);
  return days > 0 ? Math.ceil(now / 1_000) + days * DAY_SECONDS : undefined;
}

/** The same for who is not told by the stack: as long from now on as it was from when it was quarantined. */
export function expiryAnew(
  { expiresAt, quarantinedAt }: Pick<QuarantineRecord, 'expiresAt' | 'quarantinedAt'>,
  now: number,
): number | undefined {
  if (expiresAt === undefined || quarantinedAt === undefined) return expiresAt;
  return expiresAt + Math.max(0, Math.ceil((now - quarantinedAt) / 1_000));
}
