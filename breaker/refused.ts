import type { Admission } from '../core/breaker/breaker.ts';

export type Refused = Extract<Admission, { kind: 'refused' }>;
