import { describe, expect, test } from 'vitest';
import { dispose } from '../../../../packages/local-lambda/event-source/batch-response.ts';

const IDS = ['a', 'b', 'c'];

function answer(payload: string) {
  return dispose(IDS, { status: 'success', payload }, true);
}

function failing(...identifiers: unknown[]): string {
  return JSON.stringify({
    batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })),
  });
}

describe('partial batch responses', () => {
  test.each([
    ['an empty answer', ''],
    ['null', 'null'],
    ['an empty object', '{}'],
    ['a list of failures that is null', '{"batchItemFailures":null}'],
    ['an empty list of failures', '{"batchItemFailures":[]}'],
  ])('%s is a complete success', (_, payload) => {
    expect(answer(payload)).toEqual({ succeeded: IDS });
  });

  test('the named messages stay, the others are deleted', () => {
    expect(answer(failing('b'))).toEqual({ succeeded: ['a', 'c'] });
    expect(answer(failing('b', 'b', 'a'))).toEqual({ succeeded: ['c'] });
    expect(answer(failing(...IDS))).toEqual({ succeeded: [] });
  });

  test.each([
    ['no JSON', '{"batchItemFailures":'],
    ['a string', '"done"'],
    ['a list', '[]'],
    ['a list of failures that is not a list', '{"batchItemFailures":{}}'],
    ['an item without the identifier', '{"batchItemFailures":[{"itemId":"a"}]}'],
    ['an item that is not an object', '{"batchItemFailures":["a"]}'],
    ['an empty identifier', failing('a', '')],
    ['a null identifier', failing('a', null)],
    ['a numeric identifier', failing(1)],
    ['an unknown identifier', failing('a', 'z')],
  ])('R06 %s fails the whole batch', (_, payload) => {
    const disposition = answer(payload);
    expect(disposition.succeeded).toEqual([]);
    expect(disposition.reason).toBeTruthy();
  });

  test.each([
    ['error', 'Runtime.ExitError'],
    ['timeout', 'Sandbox.Timedout'],
  ] as const)('R06 an invocation that ends as %s fails the whole batch', (status, errorType) => {
    const outcome = { status, errorType, errorMessage: 'dead' };
    expect(dispose(IDS, outcome, true)).toEqual({ succeeded: [], reason: errorType });
    expect(dispose(IDS, outcome, false)).toEqual({ succeeded: [], reason: errorType });
  });

  test('without ReportBatchItemFailures any answer is a complete success', () => {
    const outcome = { status: 'success', payload: failing('a') } as const;
    expect(dispose(IDS, outcome, false)).toEqual({ succeeded: IDS });
  });
});
