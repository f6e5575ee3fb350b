import { expect, test } from 'vitest';
import { named, noWords, wholeNumbers } from '../../bench/words.ts';
import { UsageError } from '../../cli/usage-error.ts';

test('a benchmark refuses a word that it would ignore', () => {
  expect(() => noWords([])).not.toThrow();
  expect(() => noWords(['--count', '5'])).toThrow(UsageError);
  expect(() => noWords(['--count', '5'])).toThrow('takes no words, found "--count"');
});

test('numbers are whole and above zero', () => {
  expect(wholeNumbers(['1', '10'])).toEqual([1, 10]);
  expect(wholeNumbers([])).toEqual([]);
  for (const wrong of ['0', '-1', '1.5', 'x', '', '1e3', '--all'])
    expect(() => wholeNumbers(['1', wrong])).toThrow(UsageError);
});

test('names begin with the word, and one that begins nothing is refused with those there are', () => {
  const all = [{ name: 'US Core 6.1.0' }, { name: 'US Core 8.0.0' }, { name: 'IPS 2.0.0' }];
  expect(named(all, [])).toEqual(all);
  expect(named(all, ['US Core'])).toEqual(all.slice(0, 2));
  expect(() => named(all, ['us core'])).toThrow(/there is US Core 6\.1\.0, US Core 8\.0\.0, IPS/);
  expect(() => named(all, ['IPS', 'ISiK'])).toThrow('takes no words, found "ISiK"');
  expect(() => named([], ['IPS'])).toThrow('there is nothing');
});
