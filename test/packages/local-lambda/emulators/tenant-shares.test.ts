import { describe, expect, test } from 'vitest';
import { TenantShares } from '../../../../packages/local-lambda/emulators/tenant-shares.ts';

function inFlight(counts: Record<string, number>): TenantShares {
  const shares = new TenantShares();
  for (const [tenant, count] of Object.entries(counts)) {
    for (let i = 0; i < count; i++) shares.received(tenant === 'nobody' ? undefined : tenant);
  }
  return shares;
}

describe('R50: a noisy neighbour by messages in flight', () => {
  test.each([
    [{ a: 29, nobody: 0 }, false, 'has fewer than 30'],
    [{ a: 30, nobody: 0 }, true, 'has 30, and all there are'],
    [{ a: 30, nobody: 270 }, false, 'has exactly a tenth'],
    [{ a: 30, nobody: 269 }, true, 'has more than a tenth'],
  ])('%o: %s, it %s', (counts, noisy) => {
    expect(inFlight(counts).isNoisy('a', 0)).toBe(noisy);
  });

  test('is quiet again when they have returned', () => {
    const shares = inFlight({ a: 30 });
    shares.returned('a', 0, 0);
    expect(shares.inFlightOf('a')).toBe(29);
    expect(shares.isNoisy('a', 0)).toBe(false);
  });
});

describe('R50: a noisy neighbour by the time of consumers', () => {
  const spent = (own: number, others: number) => {
    const shares = inFlight({ slow: 1, nobody: 1 });
    shares.returned('slow', own, 1_000);
    shares.returned(undefined, others, 1_000);
    return shares;
  };

  test.each([
    [100, 900, false],
    [101, 900, true],
    [0, 0, false],
  ])('a tenant that took %i ms beside %i ms of others: %s', (own, others, noisy) => {
    expect(spent(own, others).isNoisy('slow', 1_000)).toBe(noisy);
  });

  test('is forgotten after a minute', () => {
    expect(spent(500, 0).isNoisy('slow', 59_000)).toBe(true);
    expect(spent(500, 0).isNoisy('slow', 66_000)).toBe(false);
  });

  test('is quiet again when its backlog is used up', () => {
    const shares = spent(500, 0);
    shares.forgive('slow');
    expect(shares.isNoisy('slow', 1_000)).toBe(false);
  });
});
