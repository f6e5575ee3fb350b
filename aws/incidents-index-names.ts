/** Names of the indexes of Incidents, for the table and its readers. */

/** Incidents by `phase` (`unfinished`, `finished`) and `openedAt`. Sparse: crash events have none. */
export const PHASE_INDEX = 'by-phase';
