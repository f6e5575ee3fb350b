import { describe, expect, it } from 'vitest';
import { allowCodes, type CodesSpent } from '../../../core/source/code-allowance.ts';

const policy = { perResource: 32, perMinute: 100 };
const MINUTE = 60_000;

describe('questions about codes', () => {
  it('are limited for one resource', () => {
    expect(allowCodes(5, undefined, 0, policy).asked).toBe(5);
    expect(allowCodes(32, undefined, 0, policy).asked).toBe(32);
    expect(allowCodes(256, undefined, 0, policy).asked).toBe(32);
  });

  it('are limited for a source and minute, with a new allowance in the next', () => {
    let spent: CodesSpent | undefined;
    const asked = [0, 1, 2, MINUTE - 1, MINUTE - 1, MINUTE].map((now) => {
      const allowed = allowCodes(64, spent, now, policy);
      spent = allowed.spent;
      return allowed.asked;
    });
    expect(asked).toEqual([32, 32, 32, 4, 0, 32]);
  });

  it('are never more than were wanted, even after the policy changed', () => {
    const spent = { startsAt: 0, questions: 500 };
    expect(allowCodes(3, spent, 10, policy)).toEqual({ asked: 0, spent });
  });
});
