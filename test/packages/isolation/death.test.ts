import { expect, test } from 'vitest';
import { describeError } from '../../../packages/isolation/death.ts';

test('R08: a message that looks like stack frames stays out of the reason', () => {
  const reason = describeError(new TypeError('cannot read "x\n    at John Smith, 1 Elm Street"'));
  expect(reason).toMatch(/^TypeError at .*death\.test\.ts:\d+:\d+/);
  expect(reason).not.toMatch(/Smith|Elm/);
});

test('R08: where the message cannot be told from the frames, only the name is said', () => {
  const error = Object.assign(new Error('something else'), {
    stack: 'Error: x\n    at John Smith',
  });
  expect(describeError(error)).toBe('Error');
});

test('an error without a message has its frames', () => {
  expect(describeError(new Error())).toMatch(/^Error at .*death\.test\.ts:\d+:\d+/);
});
