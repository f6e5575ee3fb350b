import { describe, expect, test } from 'vitest';
import type { QuarantineStatus } from '../../../core/attempt/attempts.ts';
import {
  aftermathOf,
  decideRedrive,
  type PastRound,
  type RedriveMark,
  roundsAfter,
} from '../../../core/message/redrive.ts';

const BEFORE = 1_000;
const mark: RedriveMark = { before: BEFORE, at: 1_001, by: 'ana' };

describe('what a redrive does with an entry', () => {
  test('R04: one that was quarantined by the redrive’s time begins, to the millisecond', () => {
    const at = (quarantinedAt: number) =>
      decideRedrive({ status: 'quarantined', quarantinedAt }, BEFORE);
    expect(at(BEFORE)).toEqual({ kind: 'begin' });
    expect(at(BEFORE + 1)).toEqual({ kind: 'skip', because: 'newer' });
    expect(decideRedrive({ status: 'quarantined' }, BEFORE)).toEqual({ kind: 'begin' });
  });

  test('R04: one that came back from this same redrive is not redriven again, whatever the clocks say', () => {
    const sent = { ...mark, sentAt: 1_002 };
    const entry = { status: 'quarantined', quarantinedAt: 1, redrive: sent } as const;
    expect(decideRedrive(entry, BEFORE)).toEqual({ kind: 'skip', because: 'came back' });
    expect(decideRedrive(entry, BEFORE + 1)).toEqual({ kind: 'begin' });
  });

  test('R04: one that was announced, without a record of the sending, begins again', () => {
    const entry = { status: 'quarantined', quarantinedAt: 1, redrive: mark } as const;
    expect(decideRedrive(entry, BEFORE)).toEqual({ kind: 'begin' });
  });

  test('R04: a mark without a sending is completed by any redrive', () => {
    expect(decideRedrive({ status: 'redriven', redrive: mark }, 5)).toEqual({ kind: 'finish' });
    expect(decideRedrive({ status: 'redriven' }, 5)).toEqual({ kind: 'finish' });
  });

  test.each<[QuarantineStatus, string]>([
    ['redriven', 'under way'],
    ['in-isolation', 'under way'],
    ['discarded', 'ended'],
    ['stored', 'ended'],
  ])('an entry that is %s and sent is left alone: %s', (status, because) => {
    const entry = { status, redrive: { ...mark, sentAt: 1_002 } };
    expect(decideRedrive(entry, BEFORE)).toEqual({ kind: 'skip', because });
  });
});

describe('the rounds of a record', () => {
  const ended: Omit<PastRound, 'redrivenAt' | 'by' | 'why'> = {
    quarantinedAt: 900,
    kind: 'dead-letter',
    reason: 'x'.repeat(1_000),
    crash: 'exit',
    fingerprint: 'f',
    attempts: 2,
  };

  test('R07: keep how each ended, who redrove it and why', () => {
    expect(roundsAfter([], ended, { ...mark, why: 'fixed' })).toEqual([
      { ...ended, reason: 'x'.repeat(256), redrivenAt: 1_001, by: 'ana', why: 'fixed' },
    ]);
  });

  test('are limited in number, and the latest stay', () => {
    let rounds: readonly PastRound[] = [];
    for (let n = 1; n <= 25; n += 1) rounds = roundsAfter(rounds, { ...ended, attempts: n }, mark);
    expect(rounds).toHaveLength(20);
    expect(rounds.at(-1)?.attempts).toBe(25);
  });
});

test.each([
  [{ status: 'stored' }, 'stored'],
  [{ status: 'delivered' }, 'delivered'],
  [{ status: 'discarded' }, 'discarded'],
  [{ status: 'redriven', round: 2 }, 'still waiting'],
  [{ status: 'in-isolation', round: 2 }, 'still waiting'],
  [{ status: 'quarantined', kind: 'rejection', round: 2 }, 'rejected again'],
  [{ status: 'quarantined', kind: 'dead-letter', round: 3 }, 'dead-lettered again'],
  [{ status: 'quarantined', kind: 'undelivered', round: 2 }, 'refused by the server again'],
  [{ status: 'quarantined', round: 2 }, 'still waiting'],
  [{ status: 'quarantined', kind: 'rejection', round: 1, quarantinedAt: 5 }, 'still waiting'],
  [{ status: 'quarantined', kind: 'rejection', quarantinedAt: 5 }, 'still waiting'],
  [{ status: 'quarantined', kind: 'rejection', quarantinedAt: 6 }, 'rejected again'],
] as const)('R07: the result of a redrive in round 2, from %j: %s', (entry, became) => {
  expect(aftermathOf(entry, { round: 2, quarantinedAt: 5 })).toBe(became);
});
