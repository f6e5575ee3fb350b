import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  firstMayRunMs,
  type InFlightPolicy,
  leaseEnd,
  mayHaveRunBefore,
  searchedForMs,
  waitForFirstMs,
} from '../../../core/attempt/in-flight.ts';

const policy: InFlightPolicy = { functionTimeoutMs: 10_000, visibilityMs: 60_000 };

describe('a lease', () => {
  test('R03: ends one timeout before the messages of its first batch become visible again', () => {
    expect(leaseEnd(undefined, 1_000, policy)).toBe(51_000);
  });

  test('R03: serves the batches that surely end within it, and no other', () => {
    expect(leaseEnd(51_000, 36_000, policy)).toBe(51_000);
    expect(leaseEnd(51_000, 36_001, policy)).toBe(86_001);
  });

  test('R03: is refused if a batch could outlast the visibility timeout of its messages', () => {
    expect(() => leaseEnd(undefined, 0, { functionTimeoutMs: 10, visibilityMs: 10 })).toThrow(
      'a batch must end before its messages are shown again',
    );
  });

  test('R03: for any timeouts, a batch ends within its lease, and the lease before its messages are visible', () => {
    const timeouts = fc.record({
      functionTimeoutMs: fc.integer({ min: 1_000, max: 900_000 }),
      more: fc.double({ min: 1.01, max: 20, noNaN: true }),
      gaps: fc.array(fc.integer({ min: 0, max: 60_000 }), { minLength: 1, maxLength: 50 }),
    });
    let batches = 0;
    fc.assert(
      fc.property(timeouts, ({ functionTimeoutMs, more, gaps }) => {
        const its = { functionTimeoutMs, visibilityMs: Math.ceil(more * functionTimeoutMs) };
        let now = 0;
        let lease: number | undefined;
        for (const gap of gaps) {
          now += gap;
          lease = leaseEnd(lease, now, its);
          expect(now + functionTimeoutMs).toBeLessThan(lease);
          // The search may be at its maximum age, and still finds it.
          expect(lease + searchedForMs(its)).toBeLessThan(now + its.visibilityMs);
          batches += 1;
        }
      }),
    );
    expect(batches).toBeGreaterThan(100);
  });
});

describe('a message that may have run before', () => {
  test('R03: was received more than once', () => {
    const receipt = { receives: 2, firstReceivedAt: 1_000 };
    expect(mayHaveRunBefore(receipt, 1_000, policy)).toBe(true);
  });

  test('R03: was first received longer ago than an invocation lasts, whatever the count says', () => {
    const receipt = { receives: 1, firstReceivedAt: 1_000 };
    expect(mayHaveRunBefore(receipt, 11_000, policy)).toBe(false);
    expect(mayHaveRunBefore(receipt, 11_001, policy)).toBe(true);
  });
});

describe('a message that is delivered twice', () => {
  const second = { receives: 2, firstReceivedAt: 1_000 };

  test('R04: waits while its first delivery may run, by any clock', () => {
    expect(waitForFirstMs(second, 1_000, policy)).toBe(15_000);
    expect(waitForFirstMs(second, 15_999, policy)).toBe(1);
    expect(waitForFirstMs(second, 16_000, policy)).toBe(0);
  });

  test('R04: does not wait if this is its first delivery', () => {
    expect(waitForFirstMs({ ...second, receives: 1 }, 1_000, policy)).toBe(0);
  });

  test('R04: waits no longer because of a clock that is slow', () => {
    expect(firstMayRunMs(second, -60_000, policy)).toBe(15_000);
  });

  test('R04: has waited before SQS shows it again, for any timeouts', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_000, max: 900_000 }),
        fc.double({ min: 1.01, max: 20, noNaN: true }),
        (functionTimeoutMs, more) => {
          const its = { functionTimeoutMs, visibilityMs: Math.ceil(more * functionTimeoutMs) };
          const shownAgainAt = second.firstReceivedAt + its.visibilityMs;
          expect(waitForFirstMs(second, shownAgainAt, its)).toBe(0);
        },
      ),
    );
  });
});
