import { describe, expect, test } from 'vitest';
import { howMany, percent, rate, short } from '../../../../console/page/model/numbers.ts';

describe('numbers', () => {
  test.each([
    [0, '0'],
    [999, '999'],
    [1_000, '1.0k'],
    [9_949, '9.9k'],
    [9_960, '10k'],
    [34_400, '34k'],
    [999_499, '999k'],
    [999_600, '1.0M'],
    [5_600_000, '5.6M'],
    [-1_200, '−1.2k'],
  ])('%d is shortened to %s', (count, text) => {
    expect(short(count)).toBe(text);
  });

  test.each([
    [0, '0/s'],
    [0.02, '1.2/min'],
    [0.25, '0.3/s'],
    [9.9, '9.9/s'],
    [63.4, '63/s'],
    [1_234, '1.2k/s'],
  ])('%d a second is shown as %s', (perSecond, text) => {
    expect(rate(perSecond)).toBe(text);
  });

  test('one is singular', () => {
    expect(howMany(1, 'crash', 'crashes')).toBe('1 crash');
    expect(howMany(0, 'message')).toBe('0 messages');
  });

  test('a share above nothing is never 0 %', () => {
    expect(percent(0)).toBe('0 %');
    expect(percent(0.001)).toBe('<1 %');
    expect(percent(0.505)).toBe('51 %');
  });
});
