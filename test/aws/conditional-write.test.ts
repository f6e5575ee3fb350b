import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { describe, expect, test, vi } from 'vitest';
import {
  isKnownRefusal,
  NotWritten,
  written,
  writtenOrStands,
} from '../../aws/conditional-write.ts';

class Throttled extends Error {
  override readonly name = 'ThrottlingException';
  readonly $fault = 'client';
  readonly $metadata: { attempts?: number };

  constructor(attempts?: number) {
    super('slow down');
    this.$metadata = attempts === undefined ? {} : { attempts };
  }
}
class Unanswered extends Error {
  override readonly name = 'TimeoutError';
  readonly $metadata = { attempts: 1 };
}
const conditionFailed = (attempts: number) =>
  new ConditionalCheckFailedException({ message: 'no', $metadata: { attempts } });

describe('R09: whether an error proves that nothing was written', () => {
  test.each([
    ['throttled at the only try', new Throttled(1), true],
    ['a condition that failed at the only try', conditionFailed(1), true],
    ['throttled at the third try', new Throttled(3), false],
    ['a condition that failed at the second try', conditionFailed(2), false],
    ['throttled after an unknown number of tries', new Throttled(), false],
    ['no answer', new Unanswered(), false],
    ['no error at all', 'down', false],
  ])('%s', (_, error, known) => {
    expect(isKnownRefusal(error)).toBe(known);
  });
});

describe('R09: whether a conditional write was stored', () => {
  const no = () => Promise.resolve(false);
  const yes = () => Promise.resolve(true);

  test('is known from its answer, without a read', async () => {
    const stands = vi.fn(no);
    expect(await writtenOrStands(Promise.resolve(), stands)).toBe(true);
    expect(await writtenOrStands(Promise.reject(conditionFailed(1)), stands)).toBe(false);
    const refused = writtenOrStands(Promise.reject(new Throttled(1)), stands);
    await expect(refused).rejects.toBeInstanceOf(NotWritten);
    expect(stands).not.toHaveBeenCalled();
  });

  test.each([new Throttled(3), conditionFailed(2), new Unanswered()])(
    'is known after an unknown end: %s',
    async (error) => {
      expect(await writtenOrStands(Promise.reject(error), yes)).toBe(true);
    },
  );

  test('if not, the condition failed, or the write is known not to be stored', async () => {
    expect(await writtenOrStands(Promise.reject(conditionFailed(2)), no)).toBe(false);
    const throttled = writtenOrStands(Promise.reject(new Throttled(3)), no);
    await expect(throttled).rejects.toMatchObject({
      name: 'NotWritten',
      code: 'ThrottlingException',
    });
  });

  test('is unknown if it cannot be read back', async () => {
    const down = new Error('down');
    const asked = writtenOrStands(Promise.reject(new Throttled(3)), () => Promise.reject(down));
    await expect(asked).rejects.toBe(down);
  });
});

test('a write that may be repeated without harm is not read back', async () => {
  expect(await written(Promise.resolve())).toBe(true);
  expect(await written(Promise.reject(conditionFailed(2)))).toBe(false);
  await expect(written(Promise.reject(new Throttled(3)))).rejects.toThrow('slow down');
});
