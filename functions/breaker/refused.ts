import type { Admission } from '../../core/breaker.ts';

export type Refused = Extract<Admission, { kind: 'refused' }>;
