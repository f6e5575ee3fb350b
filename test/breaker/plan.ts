/** What happens to a fleet, drawn by fast-check. */
import fc from 'fast-check';

export type Fault =
  | 'none'
  | 'throttled'
  | 'applied, then an error'
  | 'an error, then applied'
  | 'stale';
export type CallEnd = 'success' | 'failure' | 'hang' | 'death';

export interface Plan {
  /** The breaker's first state: new, or open and soon to be probed. */
  readonly found: 'new' | 'open';
  readonly environments: readonly {
    readonly skewMs: number;
    /** Sequential calls of each concurrent invocation. */
    readonly invocations: readonly (readonly CallEnd[])[];
  }[];
  readonly faults: readonly Fault[];
  readonly ticks: readonly number[];
}

/** Which fences are active: all, except in tests that show what they are for. */
export interface Fences {
  readonly condition: boolean;
  readonly generation: boolean;
  readonly owner: boolean;
}
export const ALL_FENCES: Fences = { condition: true, generation: true, owner: true };

const end = fc.oneof(
  { weight: 8, arbitrary: fc.constant<CallEnd>('failure') },
  { weight: 5, arbitrary: fc.constant<CallEnd>('success') },
  { weight: 2, arbitrary: fc.constantFrom<CallEnd>('hang', 'death') },
);
const fault = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Fault>('none') },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Fault>(
      'throttled',
      'applied, then an error',
      'an error, then applied',
      'stale',
    ),
  },
);
export const plan: fc.Arbitrary<Plan> = fc.record({
  found: fc.constantFrom('new', 'open'),
  environments: fc.array(
    fc.record({
      skewMs: fc.constantFrom(-100, 0, 100),
      invocations: fc.array(fc.array(end, { minLength: 1, maxLength: 5 }), {
        minLength: 1,
        maxLength: 2,
      }),
    }),
    { minLength: 2, maxLength: 4 },
  ),
  faults: fc.array(fault, { maxLength: 40, size: 'max' }),
  ticks: fc.array(fc.constantFrom(1, 150, 600, 1_200), { maxLength: 24, size: 'max' }),
});
