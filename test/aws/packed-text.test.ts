import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packed, textSchema } from '../../aws/packed-text.ts';
import { patient } from '../../demo/sample/patient.ts';
import { seededRandom } from '../../demo/sample/random.ts';

describe('a text in an item', () => {
  it('is read as it was written, whatever characters it holds', () => {
    let runs = 0;
    const texts = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ minLength: 600 }));
    fc.assert(
      fc.property(texts, (text) => {
        runs += 1;
        expect(textSchema.parse(packed(text))).toBe(text);
      }),
    );
    expect(runs).toBeGreaterThan(50);
  });

  it('takes half of its bytes or less if it is a resource', () => {
    const text = JSON.stringify(patient(seededRandom(1)));
    const kept = packed(text);
    expect(kept).toBeInstanceOf(Uint8Array);
    expect(kept.length).toBeLessThan(text.length / 2);
  });

  it('is kept as it is if it is short, or packing does not help', () => {
    expect(packed('{"resourceType":"Patient"}')).toBe('{"resourceType":"Patient"}');
    const random = seededRandom(2);
    const noise = Array.from({ length: 600 }, () =>
      String.fromCodePoint(0x4e00 + random.int(0, 20_000)),
    ).join('');
    expect(packed(noise).length).toBeLessThanOrEqual(Buffer.byteLength(noise));
  });
});
