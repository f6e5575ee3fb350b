import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  isAcceptedBySqs,
  isMessageBody,
  jsonForSqs,
  textForSqs,
} from '../../../core/message/sqs-characters.ts';

test.each(['', 'a', '\t\n\r', '\u007f', '\ud7ff', '\ue000', '\ufffd', '\u{1f600}', '\u{1ffff}'])(
  'SQS accepts %j',
  (text) => {
    expect(isAcceptedBySqs(text)).toBe(true);
  },
);

test.each(['\u0000', 'a\u0008', '\u000b', '\u000c', '\u001f', '\ufffe', '\uffff'])(
  'SQS refuses %j',
  (text) => {
    expect(isAcceptedBySqs(text)).toBe(false);
  },
);

test('a body has at least one character', () => {
  expect(['', '\ufffe', ' '].map(isMessageBody)).toEqual([false, false, true]);
});

test('R04: SQS accepts any value as JSON, which says the same (property)', () => {
  const odd = fc.constantFrom('\u0000', '\u001f', '"', '\\', '\ufffe', '\uffff', '\ud83d', 'é');
  const text = fc.string({ unit: fc.oneof(fc.string({ minLength: 1, maxLength: 1 }), odd) });
  fc.assert(
    fc.property(fc.dictionary(text, text), (value) => {
      const json = jsonForSqs(value);
      expect(isAcceptedBySqs(json)).toBe(true);
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('a text keeps all characters that SQS accepts, and names the others', () => {
  expect(textForSqs('a\u0007\uffff\u001fé😀')).toBe('a\\u0007\\uffff\\u001fé😀');
});
