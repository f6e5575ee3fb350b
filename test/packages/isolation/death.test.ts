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
