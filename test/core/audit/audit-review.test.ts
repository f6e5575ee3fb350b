import { describe, expect, test } from 'vitest';
import {
  type AuditEntry,
  appendFacts,
  genesis,
  readEntry,
} from '../../../core/audit/audit-chain.ts';
import { reviewOf } from '../../../core/audit/audit-review.ts';
import { recorded } from '../../support/audit-logs.ts';

const NOVEMBER = Date.parse('2026-11-01T00:00:00Z');
const DECEMBER = Date.parse('2026-12-01T00:00:00Z');
const told = { teller: 'AIDAANA', toldAs: 'operator', actor: 'ana' };

type Fact = Parameters<typeof recorded>[1];
const read = {
  ...told,
  kind: 'phi-read',
  reason: 'ticket 7',
  details: { message: 'f00d' },
} as const;
const refused = { teller: 'AROAX', kind: 'refused', details: { claimed: 'page' } } as const;
const signed = (through: number | string, month = '2026-11') =>
  ({ ...told, kind: 'audit-reviewed', reason: 'all well', details: { month, through } }) as const;

/** Entries as the writer makes them, from these facts and times. */
function log(...facts: readonly (readonly [number, Fact])[]): AuditEntry[] {
  let head = genesis('main');
  return facts.map(([recordedAt, fields], n) => {
    const { actor: _, reason: __, ...fact } = recorded(n);
    const written = { chain: 'main', recordedAt, configuration: 'c' };
    const [entry] = appendFacts(head, [{ ...fact, ...fields }], written);
    if (entry === undefined) throw new Error('nothing was appended');
    head = entry;
    return readEntry(entry.line) as AuditEntry;
  });
}

describe('R42: a review of a month', () => {
  test('lists who saw what and why, who was refused what, and that nobody signed it off', () => {
    const entries = log([NOVEMBER, read], [NOVEMBER + 1, refused], [NOVEMBER + 2, {}]);
    expect(reviewOf('2026-11', entries)).toEqual({
      month: '2026-11',
      reads: [{ sequence: 1, recordedAt: NOVEMBER, ...told, message: 'f00d', reason: 'ticket 7' }],
      refused: [
        {
          sequence: 2,
          recordedAt: NOVEMBER + 1,
          actor: '-',
          teller: 'AROAX',
          toldAs: '-',
          claimed: 'page',
        },
      ],
      signOffs: [],
      unexamined: 2,
    });
  });

  test('begins and ends with the month of UTC, by the clock of the writer', () => {
    const entries = log(
      [NOVEMBER - 1, read],
      [NOVEMBER, read],
      [DECEMBER - 1, read],
      [DECEMBER, read],
    );
    expect(reviewOf('2026-11', entries).reads.map(({ sequence }) => sequence)).toEqual([2, 3]);
    const refusals = log([NOVEMBER - 1, refused], [NOVEMBER, refused], [DECEMBER, refused]);
    expect(reviewOf('2026-11', refusals).refused.map(({ sequence }) => sequence)).toEqual([2]);
  });

  test('is signed off up to the last entry that the sign-off has seen', () => {
    const entries = log(
      [NOVEMBER, read],
      [NOVEMBER, signed(1)],
      [NOVEMBER, refused],
      [DECEMBER, signed(3, '2026-12')],
    );
    expect(reviewOf('2026-11', entries)).toMatchObject({
      signOffs: [{ sequence: 2, through: 1, reason: 'all well', actor: 'ana' }],
      unexamined: 1,
    });
  });

  test.each([
    [1_000, 1],
    ['everything', 0],
    [-1, -1],
  ])('a sign-off up to %s covers no entry after the sign-off', (through, counted) => {
    const entries = log([NOVEMBER, read], [NOVEMBER, signed(through)], [NOVEMBER, read]);
    const { signOffs, unexamined } = reviewOf('2026-11', entries);
    expect(signOffs[0]?.through).toBe(counted);
    expect(unexamined).toBe(counted === 1 ? 1 : 2);
  });

  test('of a month without entries is empty, and counts as signed off', () => {
    expect(reviewOf('2026-11', [])).toMatchObject({ reads: [], refused: [], unexamined: 0 });
    const bare = log([NOVEMBER, { kind: 'phi-read' }]);
    expect(reviewOf('2026-11', bare).reads[0]).toMatchObject({
      actor: '-',
      toldAs: '-',
      reason: '',
    });
  });
});
