import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { account, type QuarantineItem, type StoredItem } from '../../demo/accounting.ts';

const ledgerOf = (...ids: string[]) =>
  new Map(ids.map((id) => [id, { pk: `default#Patient#${id}`, sentAfterMs: 100 }]));
const item = (pk: string, messageId: string, sentAt = 100): StoredItem => ({
  pk,
  messageId,
  sentAt,
});

describe('the account of a run (R04)', () => {
  it('finds each message in the one place where it ended', () => {
    const quarantine: QuarantineItem[] = [
      { pk: 'b', status: 'quarantined', kind: 'rejection' },
      { pk: 'c', status: 'quarantined', kind: 'dead-letter' },
      { pk: 'd', status: 'in-isolation' },
      { pk: 'e', status: 'stored' },
    ];
    const resources = [item('default#Patient#a', 'a'), item('default#Patient#e', 'e')];
    expect(account(ledgerOf('a', 'b', 'c', 'd', 'e', 'f'), resources, quarantine)).toEqual({
      submitted: 6,
      stored: 2,
      rejected: 1,
      deadLettered: 1,
      pending: ['d', 'f'],
      duplicates: 0,
    });
  });

  it('counts a message that a newer submission superseded as stored, and one that an older one hides as lost', () => {
    const at = (sentAt: number) => [item('default#Patient#a', 'other', sentAt)];
    expect(account(ledgerOf('a'), at(100), []).stored).toBe(1);
    expect(account(ledgerOf('a'), at(99), []).pending).toEqual(['a']);
  });

  it('finds a resource without an id by its message', () => {
    const ledger = new Map([['a', { pk: undefined, sentAfterMs: 100 }]]);
    expect(account(ledger, [item('default#Patient#a', 'a')], []).stored).toBe(1);
  });

  it('counts second effects: two items of one message, or stored and quarantined', () => {
    const twice = [item('x', 'a'), item('y', 'a'), item('z', 'b')];
    const quarantine = [{ pk: 'b', status: 'quarantined', kind: 'rejection' }];
    expect(account(ledgerOf('a', 'b'), twice, quarantine).duplicates).toBe(2);
  });

  it('ignores what others submitted', () => {
    expect(account(new Map(), [item('x', 'other')], [{ pk: 'o', status: 'quarantined' }])).toEqual({
      submitted: 0,
      stored: 0,
      rejected: 0,
      deadLettered: 0,
      pending: [],
      duplicates: 0,
    });
  });

  it('adds up, and finds exactly what was lost and doubled, for any endings', () => {
    const end = fc.constantFrom('stored', 'superseded', 'rejected', 'dead', 'lost', 'doubled');
    fc.assert(
      fc.property(fc.array(end), (ends) => {
        const ids = ends.map((_, n) => `m${n}`);
        const resources: StoredItem[] = [];
        const quarantine: QuarantineItem[] = [];
        ends.forEach((each, n) => {
          const pk = `default#Patient#m${n}`;
          if (each === 'stored' || each === 'doubled') resources.push(item(pk, `m${n}`));
          if (each === 'superseded') resources.push(item(pk, 'newer', 101));
          const kind = { rejected: 'rejection', dead: 'dead-letter', doubled: 'dead-letter' }[
            each as 'dead'
          ];
          if (kind !== undefined) quarantine.push({ pk: `m${n}`, status: 'quarantined', kind });
        });
        const counted = account(ledgerOf(...ids), resources, quarantine);
        const how = (...which: string[]) => ends.filter((each) => which.includes(each)).length;
        expect(counted.stored).toBe(how('stored', 'superseded'));
        expect(counted.rejected).toBe(how('rejected'));
        expect(counted.deadLettered).toBe(how('dead', 'doubled'));
        expect(counted.pending).toHaveLength(how('lost'));
        expect(counted.duplicates).toBe(how('doubled'));
      }),
    );
  });
});
