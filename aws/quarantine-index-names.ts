/** Names of the indexes of Quarantine, for the table and its readers. */

/**
 * By fingerprint, in shards, keys only: thousands of equal failures a second are one fingerprint, and a
 * throttled index throttles the writes to its table.
 */
export const FINGERPRINT_INDEX = 'by-fingerprint-shard';
/** The index that it replaces, which an upgrade keeps for one deployment (docs/deploy.md). */
export const FORMER_FINGERPRINT_INDEX = 'by-fingerprint';
/** By `lastRequestId`, the attempt that was started last. Sparse: rejections have none. */
export const REQUEST_INDEX = 'by-request';
