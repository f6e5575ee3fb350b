export type { Issue } from './issue.ts';
export { operationOutcome, RULES } from './operation-outcome.ts';
export { type Limits, type Validation, validateResource, validateText } from './validator.ts';
