/** Names of the indexes of Quarantine, for the table and for who queries them. */
export const FINGERPRINT_INDEX = 'by-fingerprint';
/** By `lastRequestId`, the attempt that was started last. Sparse: rejections have none. */
export const REQUEST_INDEX = 'by-request';
