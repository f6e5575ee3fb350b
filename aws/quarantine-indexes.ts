/** Names of the indexes of Quarantine, for the table and for who queries them. */

/**
 * By fingerprint, in shards, keys only: thousands of equal failures a second are one fingerprint,
 * and an index that throttles throttles the writes to its table.
 */
export const FINGERPRINT_INDEX = 'by-fingerprint-shard';
/** The one that it replaces, which an upgrade keeps for one deployment (docs/deploy.md). */
export const FORMER_FINGERPRINT_INDEX = 'by-fingerprint';
/** By `lastRequestId`, the attempt that was started last. Sparse: rejections have none. */
export const REQUEST_INDEX = 'by-request';
