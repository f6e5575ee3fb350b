import { describe, expect, test } from 'vitest';
import { TargetError } from '../../../cli/target.ts';
import { UsageError } from '../../../cli/usage-error.ts';
import { Failure, faultOf, troubleOf } from '../../../console/server/failure.ts';

/** As the SDK throws it. */
const ofAws = (name: string, message = 'said by AWS') =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 } });
const caused = (cause: Error) => new TargetError('in other words', { cause });

describe('a request that fails says of which kind it is', () => {
  test.each([
    ['its own', new Failure('read-only', 'it only looks'), 'read-only'],
    ['a permission', ofAws('AccessDeniedException'), 'no-permission'],
    ['a permission, in words of a command', caused(ofAws('AccessDenied')), 'no-permission'],
    ['a wrong request', new UsageError('no such lane'), 'usage'],
    ['a refusal of the act', new TargetError('it is resolved already'), 'refused'],
    ['AWS, in words of a command', caused(ofAws('ThrottlingException')), 'failing'],
    ['AWS', ofAws('InternalError'), 'failing'],
    ['a bug', new TypeError('x is undefined'), 'failing'],
  ])('%s', (_, error, kind) => {
    expect(faultOf(error).kind).toBe(kind);
  });

  test('a refusal is told in the words of the act', () => {
    expect(faultOf(new TargetError('it is resolved already')).message).toBe(
      'it is resolved already',
    );
  });
});

describe('a figure that cannot be read says why', () => {
  test.each([
    [ofAws('AccessDeniedException'), 'no-permission'],
    [ofAws('ResourceNotFoundException'), 'not-there'],
    [caused(ofAws('QueueDoesNotExist')), 'not-there'],
    [ofAws('ThrottlingException'), 'failing'],
    [new TypeError('x is undefined'), 'failing'],
  ])('%o', (error, kind) => {
    expect(troubleOf(error).kind).toBe(kind);
  });
});
