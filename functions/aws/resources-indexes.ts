/** By shard and due time, what of Resources is pending. Sparse: what is delivered is not in it. */
export const PENDING_INDEX = 'by-pending';
