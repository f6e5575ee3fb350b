import { describe, expect, test } from 'vitest';
import { compileFilter } from '../../../../packages/local-lambda/logs/filter-pattern.ts';

const DEATHS = `{ ($.type = "platform.initReport" || $.type = "platform.report")
  && ($.record.status = "error" || $.record.status = "timeout") }`;

function line(type: string, status?: string): object {
  return { type, record: { status } };
}

describe('filter patterns', () => {
  test.each([
    ['a death', line('platform.report', 'error'), true],
    ['a timeout', line('platform.initReport', 'timeout'), true],
    ['a success', line('platform.report', 'success'), false],
    ['another record', line('platform.start', 'error'), false],
    ['a line without the selector', { type: 'platform.report' }, false],
    ['a line of another shape', { type: 'platform.report', record: 'error' }, false],
    ['a line that is not JSON', undefined, false],
  ])('%s', (_, value, passes) => {
    expect(compileFilter(DEATHS)(value)).toBe(passes);
  });

  test('&& binds stronger than ||, and numbers compare as numbers', () => {
    const filter = compileFilter('{ $.a = 1 || $.b = "x" && $.c = -2.5 }');
    expect(filter({ a: 1 })).toBe(true);
    expect(filter({ a: '1' })).toBe(false);
    expect(filter({ b: 'x' })).toBe(false);
    expect(filter({ b: 'x', c: -2.5 })).toBe(true);
  });

  test.each([
    'ERROR',
    '{ $.a = "x*" }',
    '{ $.a != "x" }',
    '{ $.a > 1 }',
    '{ $.a IS TRUE }',
    '{ $.a = $.b }',
    '{ ($.a = 1 }',
    '{ $.a = 1 } more',
    '{ }',
  ])('%s is refused instead of passing nothing', (pattern) => {
    expect(() => compileFilter(pattern)).toThrow(`filter pattern ${pattern} is not imitated`);
  });
});
