/**
 * What is published of a rejection is the same, whatever name its sender made up for a property, and wherever the
 * property is.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rejectionFingerprint } from '../../../core/message/fingerprint.ts';
import { outcomeEvent } from '../../../core/message/outcome-event.ts';
import { reasonOf } from '../../../core/message/rejection-reason.ts';
import { outcomeFact } from '../../../core/report/outcome-fact.ts';
import { verdictOn } from '../../../functions/validate/verdict-on.ts';

/** Faults that only the text shows, and one that the value shows. */
const FAULTS = ['{"a":1,"a":2}', '"\\ud800"', '{"\\ud800":1}', '[{"a":1,"a":2}]', '{"a":1}'];
/** Where a producer may put a property; `@` stands for it. */
const PLACES = [
  '{"resourceType":"Patient",@}',
  '{"resourceType":"Patient","name":[{"family":"a",@}]}',
  '{"resourceType":"Patient","contained":[{"resourceType":"Nonsense",@}]}',
  '{"resourceType":"Patient","name":{@},"name":[{"family":"a"}]}',
  '{"resourceType":"Nonsense",@}',
  '{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient",@}}]}',
];

/** All that leaves the tables, and the words that an operator gets unasked. */
function published(text: string) {
  const verdict = verdictOn(text, { issuesMax: 100 });
  if (verdict.kind !== 'invalid') throw new Error(`${verdict.kind}: ${text}`);
  const { issues } = verdict;
  const fingerprint = rejectionFingerprint('validate', issues);
  const origin = { messageId: 'm-1', sentAt: 1, source: 'clinic' };
  const ended = { verdict: 'rejected', issues, fingerprint, endedAt: 2 } as const;
  const event = outcomeEvent(origin, 'background', ended);
  return { event, reason: reasonOf(issues), fact: outcomeFact(event, 'ab'.repeat(8), 2) };
}

test('R08: what is published of a rejection does not depend on names that a producer made up', () => {
  const name = fc.stringMatching(/^_?[a-z][A-Za-z0-9]{9,20}$/);
  const some = fc.tuple(
    fc.constantFrom(...PLACES),
    fc.constantFrom(...FAULTS),
    fc.array(fc.tuple(name, name), { minLength: 1, maxLength: 4 }),
  );
  fc.assert(
    fc.property(some, ([place, fault, names]) => {
      const [one, other] = [0, 1].map((which) => {
        const inside = names.reduceRight((value, pair) => `{"${pair[which]}":${value}}`, fault);
        return published(place.replace('@', () => inside.slice(1, -1)));
      });
      expect(one).toEqual(other);
      expect(JSON.stringify(one)).not.toMatch(new RegExp(names.flat().join('|'), 'i'));
    }),
  );
});
