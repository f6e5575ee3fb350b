/** The whole mapping against the rule in words, for any config and any message. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { groupIdOf } from '../../../core/message/message-group.ts';
import { type Lane, lanes } from '../../../core/message/messages.ts';
import { type Arrived, admit, type SourceRules } from '../../../core/source/sources.ts';

const LABELS = ['hospital-a', 'hospital-b', 'lab'];
const IDS = ['AROAALPHA', 'AROABETA', 'AIDAGAMMA', '111122223333', 'AROASTRANGER'];
const OWN = ['AROAVALIDATE'];
const OPERATOR = 'AROAOPERATOR';

const rulesOf: fc.Arbitrary<SourceRules> = fc
  .record({
    owners: fc.tuple(...IDS.map(() => fc.option(fc.constantFrom(...LABELS), { nil: undefined }))),
    messageGroups: fc.constantFrom('require' as const, 'accept' as const),
    allowed: fc.array(fc.subarray([...lanes], { minLength: 1 }), { minLength: 3, maxLength: 3 }),
    largest: fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined }),
  })
  .map(({ owners, messageGroups, allowed, largest }) => ({
    senderIds: 'verify',
    messageGroups,
    operators: [OPERATOR],
    known: Object.fromEntries(
      LABELS.flatMap((label, index) => {
        const senders = IDS.filter((_, position) => owners[position] === label);
        const [first, ...others] = senders;
        const [lane = 'critical', ...more] = allowed[index] ?? [];
        if (first === undefined) return [];
        const source = {
          senders: [first, ...others] as [string, ...string[]],
          lanes: [lane, ...more] as [Lane, ...Lane[]],
          ...(largest !== undefined && { largestBytes: largest }),
        };
        return [[label, source]];
      }),
    ),
  }));

const arrivedOf: fc.Arbitrary<Arrived> = fc.record({
  lane: fc.constantFrom(...lanes),
  queue: fc.constantFrom('first' as const, 'behind' as const),
  senderId: fc
    .tuple(
      fc.constantFrom(...IDS, ...OWN, OPERATOR),
      fc.constantFrom('', ':session', ':AROAALPHA', ':AROAVALIDATE'),
    )
    .map((parts) => parts.join('')),
  messageGroupId: fc.constantFrom(undefined, ...LABELS, 'else'),
  claimed: fc.constantFrom(undefined, ...LABELS, 'else'),
  envelope: fc.option(
    fc.record({
      messageId: fc.constant('m'),
      sentAt: fc.constant(1),
      source: fc.constantFrom(...LABELS, 'else'),
      lane: fc.constantFrom(...lanes),
    }),
    { nil: undefined },
  ),
  bytes: fc.nat({ max: 250 }),
});

/** The rule again, as plainly as possible; undefined if the message must be refused. */
function sourceInWords(rules: SourceRules, arrived: Arrived): string | undefined {
  const { queue, envelope, senderId, lane, claimed, messageGroupId, bytes } = arrived;
  const principal = senderId.replace(/:.*/, '');
  if (queue === 'behind' && envelope !== undefined) {
    return principal === 'AROAVALIDATE' || principal === OPERATOR ? envelope.source : undefined;
  }
  for (const [label, source] of Object.entries(rules.known)) {
    if (!source.senders.includes(principal)) continue;
    if (claimed !== undefined && claimed !== label) return undefined;
    if (!source.lanes.includes(lane)) return undefined;
    if (bytes > (source.largestBytes ?? 1_000_000)) return undefined;
    if (rules.messageGroups === 'require' && queue === 'first') {
      if (messageGroupId !== groupIdOf(label)) return undefined;
    }
    return label;
  }
  return undefined;
}

test('a message belongs to the source that its sender proves, or is refused, and never to one it only claims', () => {
  fc.assert(
    fc.property(rulesOf, arrivedOf, (rules, arrived) => {
      const admission = admit(rules, OWN, arrived);
      const expected = sourceInWords(rules, arrived);
      if (expected === undefined) {
        expect(admission.kind).toBe('refused');
        const owner = Object.entries(rules.known).find(([, { senders }]) =>
          senders.includes(arrived.senderId.replace(/:.*/, '')),
        )?.[0];
        expect([owner, 'unknown']).toContain(admission.source);
      } else expect(admission).toEqual({ kind: 'admitted', source: expected });
    }),
    { numRuns: 3_000 },
  );
});
