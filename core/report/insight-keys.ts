/** Names in the bucket of `reporting` or `analytics`: facts, and what reports need besides. */
export const FACTS = 'facts/';
/** Marks of days with facts that are in no report yet. */
export const DUE = 'due/';
export const REPORTS = 'reports/';

export const factsOf = (day: string) => `${FACTS}day=${day}/`;
