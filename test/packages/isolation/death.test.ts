import { expect, test } from 'vitest';
import { describeError } from '../../../packages/isolation/death.ts';

test('R08: a message that looks like stack frames stays out of the reason', () => {
  const reason = describeError(new TypeError('cannot read "x\n    at John Smith, 1 Elm Street"'));
  expect(reason).toMatch(/^TypeError at .*death\.test\.ts:\d+:\d+/);
  expect(reason).not.toMatch(/Smith|Elm/);
});

test('R08: if the message cannot be separated from the frames, only the name is kept', () => {
  const error = Object.assign(new Error('something else'), {
    stack: 'Error: x\n    at John Smith',
  });
  expect(describeError(error)).toBe('Error');
});

test('an error without a message keeps its frames', () => {
  expect(describeError(new Error())).toMatch(/^Error at .*death\.test\.ts:\d+:\d+/);
});

test('R09: names Node’s code of an error, which says what could not be loaded, and no code of others', () => {
  const error = (code: unknown) => Object.assign(new Error('x'), { code, stack: '' });
  expect(describeError(error('ERR_MODULE_NOT_FOUND'))).toBe('Error (ERR_MODULE_NOT_FOUND)');
  expect(describeError(error('MODULE_NOT_FOUND'))).toBe('Error (MODULE_NOT_FOUND)');
  for (const code of ['SMITH', 'A_MODULE_NOT_FOUND', 'ERR_ Ada', 'ERR_ada', 7, undefined]) {
    expect(describeError(error(code))).toBe('Error');
  }
});
