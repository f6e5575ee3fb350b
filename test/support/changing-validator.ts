import type { IsolatedValidator } from '../../functions/validate/isolated-validator.ts';

export type Kind = 'valid' | 'invalid';
/** Two different verdicts, the first one first. */
export const ORDERS: readonly (readonly [Kind, Kind])[] = [
  ['valid', 'invalid'],
  ['invalid', 'valid'],
];

/** Validation that finds one Patient what the test says each time, and all others valid. */
export function changingValidator(
  changing: string,
  find: () => Kind | Promise<Kind> | undefined,
): IsolatedValidator {
  return {
    ready: async () => {},
    async validate(text) {
      const { id } = JSON.parse(text) as { id: string };
      const identity = { resourceType: 'Patient', id };
      const kind = id === changing ? await find() : 'valid';
      if (kind === 'valid') return { kind, ...identity, issues: [] };
      const issue = { severity: 'error', code: 'invalid', text: 'it is wrong now' } as const;
      return { kind: 'invalid', ...identity, issues: [issue] };
    },
  };
}
