/** Pending items of Resources by shard and due time. Sparse: a delivered item is not in it. */
export const PENDING_INDEX = 'by-pending';
/** Current resources by message id. Keys only. */
export const MESSAGE_INDEX = 'by-message';
