/** Where facts lie in the bucket of `reporting` or `analytics`, and what else reports need. */
export const FACTS = 'facts/';
/** Marks of days that have facts which no report counts yet. */
export const DUE = 'due/';
export const REPORTS = 'reports/';

export const factsOf = (day: string) => `${FACTS}day=${day}/`;
