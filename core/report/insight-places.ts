/** Where facts are stored in the bucket of `reporting` or `analytics`, and what else reports need. */
export const FACTS = 'facts/';
/** Marks of days with facts that no report counts yet. */
export const DUE = 'due/';
export const REPORTS = 'reports/';

export const factsOf = (day: string) => `${FACTS}day=${day}/`;
