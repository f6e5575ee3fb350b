import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressOf, filteredBy, parseAddress } from '../../../../console/page/model/address.ts';

describe('the address', () => {
  test.each(['', '#', '#/', '#/nonsense', 'garbage?x=1'])('%j opens the view of now', (hash) => {
    expect(parseAddress(hash)).toEqual({ view: 'now', filter: {} });
  });

  test('names view, entry and filter', () => {
    expect(parseAddress('#/quarantine/a%2Fb?kind=rejection&q=birth+date')).toEqual({
      view: 'quarantine',
      id: 'a/b',
      filter: { kind: 'rejection', q: 'birth date' },
    });
  });

  test('is the same for equal filters, and leaves out empty fields', () => {
    const one = addressOf({ view: 'quarantine', filter: { q: 'x', kind: '' } });
    expect(one).toBe('#/quarantine?q=x');
    expect(addressOf({ view: 'audit', filter: { b: '2', a: '1' } })).toBe('#/audit?a=1&b=2');
  });

  test('a filter can be added and removed', () => {
    const address = parseAddress('#/quarantine?q=x');
    expect(filteredBy(address, 'lane', 'critical')).toBe('#/quarantine?lane=critical&q=x');
    expect(filteredBy(address, 'q', '')).toBe('#/quarantine');
  });

  test('text that cannot be decoded is used unchanged', () => {
    expect(parseAddress('#/message/%E0%A4%A').id).toBe('%E0%A4%A');
  });

  test('any id or filter survives encoding and decoding', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(text, text, (id, q) => {
        const address = { view: 'quarantine', id, filter: { q } } as const;
        expect(parseAddress(addressOf(address))).toEqual(address);
      }),
    );
  });
});
