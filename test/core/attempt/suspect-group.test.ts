import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupMessage, groupSuspects, membersOf } from '../../../core/attempt/suspect-group.ts';
import { messageBytes, SEND_BYTES_MAX } from '../../../core/message/send-batches.ts';

const suspect = (body: string, groupId = 'lab') => ({
  body,
  attributes: { 'failsafe-envelope': '{"messageId":"m"}' },
  groupId,
});
const sizes = (groups: readonly (readonly unknown[])[]) => groups.map((group) => group.length);

describe('suspects are grouped', () => {
  test('R50: by their source', () => {
    const groups = groupSuspects([suspect('1'), suspect('2', 'clinic'), suspect('3')]);
    expect(groups.map((group) => group.map(({ body }) => body))).toEqual([['1', '3'], ['2']]);
  });

  test('by at most a hundred', () => {
    expect(sizes(groupSuspects(Array.from({ length: 250 }, () => suspect('{}'))))).toEqual([
      100, 100, 50,
    ]);
  });

  test('as many as fit into a message; one that is too large for a group is sent alone', () => {
    const half = 'x'.repeat(SEND_BYTES_MAX / 2);
    expect(sizes(groupSuspects([suspect(half), suspect(half), suspect('1')]))).toEqual([1, 2]);
  });

  test('R04: a group fills the message that SQS accepts, and not a byte more', () => {
    const bytesOf = (members: readonly ReturnType<typeof suspect>[]) =>
      messageBytes(groupMessage(members));
    // As many as a group may have, so that each comma and bracket counts.
    const many = Array.from({ length: 99 }, () => suspect('x'.repeat(10_000)));
    const room = SEND_BYTES_MAX - bytesOf([...many, suspect('')]);
    const withLast = (length: number) => [...many, suspect('x'.repeat(length))];
    expect(bytesOf(withLast(room))).toBe(SEND_BYTES_MAX);
    // A comma is counted for the last one too.
    expect(sizes(groupSuspects(withLast(room - 1)))).toEqual([100]);
    expect(sizes(groupSuspects(withLast(room + 1)))).toEqual([99, 1]);
  });

  test('R04: each is in one group, which fits into a message and can be read back unchanged', () => {
    const body = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.integer({ min: 1, max: 700_000 }).map((length) => '"'.repeat(length)),
    );
    const bodies = fc.array(fc.tuple(body, fc.constantFrom('lab', 'clinic')), { maxLength: 30 });
    let groupsSeen = 0;
    fc.assert(
      fc.property(bodies, (all) => {
        const suspects = all.map(([text, source]) => suspect(text, source));
        const groups = groupSuspects(suspects);
        expect(groups.flat()).toHaveLength(suspects.length);
        expect(new Set(groups.flat())).toEqual(new Set(suspects));
        for (const group of groups.filter((members) => members.length > 1)) {
          const message = groupMessage(group);
          expect(messageBytes(message)).toBeLessThanOrEqual(SEND_BYTES_MAX);
          expect(membersOf(message.body)).toEqual(
            group.map(({ body: text, attributes }) => ({ body: text, attributes })),
          );
          groupsSeen += 1;
        }
      }),
      { numRuns: 50 },
    );
    expect(groupsSeen).toBeGreaterThan(0);
  });
});

test.each(['', '[]', '{}', '[{"body":1}]', 'x'])(
  'a body that is not one of our groups is refused: %s',
  (body) => {
    expect(() => membersOf(body)).toThrow();
  },
);
