/** Envelopes at every limit, made by fast-check. */
import fc from 'fast-check';
import { type Envelope, lanes } from '../../core/message/messages.ts';
import { CRASH_KINDS } from '../../core/message/verdict.ts';

/** Any code units: several bytes each, control characters, halves of characters, non-characters. */
const UNITS = fc.oneof(
  fc.constantFrom('a', '"', '\\', '\u0000', '\n', 'é', '€', '\ud83d', '\ude00', '\ufffe', '\uffff'),
  fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
);

/** At most that many code units, usually exactly as many. */
export const textUpTo = (max: number, min = 1): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.oneof(fc.constant(max), fc.integer({ min, max })),
      fc.array(UNITS, { minLength: 1, maxLength: 40 }),
    )
    .map(([length, units]) =>
      Array.from({ length }, (_, n) => units[n % units.length] ?? '').join(''),
    );

const hex = (digits: number) =>
  fc.stringMatching(new RegExp(`^[1-9a-f][0-9a-f]{${digits - 1}}$`), { size: 'max' });
const tracestate = fc
  .tuple(fc.constantFrom(1, 511, 512), fc.stringMatching(/^[\x20-\x7e]{1,20}$/))
  .map(([length, text]) => text.repeat(length).slice(0, length));
const trace = fc.record(
  { traceparent: fc.tuple(hex(32), hex(16)).map(([a, b]) => `00-${a}-${b}-01`), tracestate },
  { requiredKeys: ['traceparent'] },
);
const whole = fc.oneof(fc.constantFrom(0, 1, Number.MAX_SAFE_INTEGER), fc.nat());

/** Texts of ours may be longer than the limit for what is kept. */
const tooLong = (max: number) => fc.oneof(textUpTo(max), textUpTo(max + 1), textUpTo(3 * max));

export const envelopes: fc.Arbitrary<Envelope> = fc.record(
  {
    messageId: fc.uuid(),
    sentAt: whole,
    source: textUpTo(128),
    lane: fc.constantFrom(...lanes),
    file: textUpTo(1024, 0),
    line: whole.map((line) => Math.max(1, line)),
    sequence: whole,
    correlationId: fc.uuid(),
    trace,
    sender: tooLong(128),
    round: whole,
    problem: tooLong(512),
    claims: fc.record({ source: tooLong(128), group: tooLong(128) }, { requiredKeys: [] }),
    crash: fc.constantFrom(...CRASH_KINDS),
    voided: fc.array(fc.uuid(), { minLength: 0, maxLength: 34, size: 'max' }),
    deadLetter: fc.record({
      kind: fc.constantFrom(...CRASH_KINDS),
      reason: tooLong(1024),
      attempts: whole,
    }),
  },
  { requiredKeys: ['messageId', 'sentAt', 'source', 'lane'] },
);
