/** By shard and due time, what of Resources is pending. Sparse: what is delivered is not in it. */
export const PENDING_INDEX = 'by-pending';
/** By message id, whose resource is the current one. Keys only. */
export const MESSAGE_INDEX = 'by-message';
