/**
 * For how many days production locks its audit log: six years, which have at most two leap days. No setting: R41
 * fixes it.
 */
export const AUDIT_RETENTION_DAYS = 6 * 365 + 2;
