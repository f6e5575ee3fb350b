import { describe, expect, test } from 'vitest';
import { erasureAt } from '../../../simulation/operators/choose-erasure.ts';
import { Random } from '../../../simulation/random.ts';
import { submission, written } from '../checks/history.ts';

const of = { id: 'r4', patients: ['r4'] };
const submissions = new Map([
  ['m1', submission(of)],
  ['refused', submission({ ...of, nature: 'refused-by-server' })],
  ['long', submission({ ...of, text: 'x'.repeat(10_000) })],
]);
/** How many of some moments tempt an operator. */
const temptedBy = (effect: ReturnType<typeof written>, erases = 1) =>
  Array.from({ length: 2_000 }, (_, seed) =>
    erasureAt(effect, { random: new Random(seed), erases, submissions }),
  ).filter((command) => command !== undefined);

const row = { pk: 'hospital-a#Patient#r4', messageId: 'm1' };
const MOMENTS = [
  ['in a batch', written('inflight', undefined, { messageIds: ['m1'] })],
  ['stored', written('resources', undefined, row)],
  ['being delivered', written('resources', row, { ...row, deliveryLease: { until: 1 } })],
  ['in isolation', written('quarantine', undefined, { pk: 'm1', status: 'in-isolation' })],
  [
    'on its way back',
    written(
      'quarantine',
      { status: 'quarantined' },
      { pk: 'm1', status: 'quarantined', redrive: {} },
    ),
  ],
  ['behind an open breaker', written('breakers', { phase: 'closed' }, { phase: 'open' })],
] as const;

describe('an operator erases a patient whose resource is', () => {
  test.each(MOMENTS)('%s', (_, effect) => {
    const commands = temptedBy(effect);
    expect(commands.length).toBeLessThan(1_000);
    for (const source of ['hospital-a', 'hospital-b']) {
      expect(commands).toContainEqual({ kind: 'erase', source, id: 'r4', shared: 'erase' });
    }
    const elsewhere = commands.filter(({ source }) => source !== 'hospital-a');
    expect(elsewhere.length).toBeLessThan(commands.length / 2);
    expect(temptedBy(effect, 0)).toEqual([]);
  });

  test.each([
    ['stored, and its server will refuse it', 'resources', 'stored', { messageId: 'refused' }],
    ['in a batch, and its body is long', 'inflight', 'in a batch', { messageIds: ['long'] }],
  ])('%s: more often than others', (_, table, moment, after) => {
    const [, usual] = MOMENTS.find(([name]) => name === moment) ?? [];
    const often = temptedBy(written(table, undefined, after)).length;
    expect(often).toBeGreaterThan(3 * temptedBy(usual ?? written(table, undefined, {})).length);
  });

  test.each([
    ['an empty mark', written('inflight', undefined, { messageIds: [] })],
    ['a delivery that has ended', written('resources', { ...row, deliveryLease: {} }, row)],
    ['an attempt that has ended', written('quarantine', { attempts: [{}] }, { attempts: [{}] })],
    ['a breaker that stays open', written('breakers', { phase: 'open' }, { phase: 'open' })],
    ['what nobody sent', written('resources', undefined, { ...row, messageId: 'm2' })],
  ])('but not at %s', (_, effect) => {
    expect(temptedBy(effect)).toEqual([]);
  });
});
