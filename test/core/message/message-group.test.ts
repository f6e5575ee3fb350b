import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupIdOf } from '../../../core/message/message-group.ts';

describe('R50: the message group of a source', () => {
  test.each([
    ['hospital-a', 'hospital-a'],
    ['clinic/7:a%', 'clinic/7:a%'],
    ['Clínica São João', 'Cl%C3%ADnica%20S%C3%A3o%20Jo%C3%A3o'],
    ['lab 7', 'lab%207'],
  ])('%s is %s', (source, group) => {
    expect(groupIdOf(source)).toBe(group);
  });

  test('is one that SQS accepts, whatever the label contains', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 200, unit: 'binary' }), (source) => {
        expect(groupIdOf(source)).toMatch(/^[!-~]{1,128}$/);
      }),
    );
  });
});
