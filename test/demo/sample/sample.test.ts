import { describe, expect, it } from 'vitest';
import { DEFECTS } from '../../../demo/sample/defects.ts';
import { chaosCodes } from '../../../demo/sample/fates.ts';
import { sample } from '../../../demo/sample/sample.ts';
import { CHAOS_SYSTEM } from '../../../functions/validate/chaos.ts';
import { validateText } from '../../../packages/fhir-validator/validator.ts';

const texts = [...sample({ count: 10_000, seed: 1 })];
const chaosOf = (text: string) => new RegExp(`${CHAOS_SYSTEM}","code":"(\\w+)"`).exec(text)?.[1];
const isInvalid = (text: string) =>
  validateText(text).issues.some(({ severity }) => severity === 'error');

describe('the sample', () => {
  it('is the same for the same seed, and different for another', () => {
    expect([...sample({ count: 10_000, seed: 1 })]).toEqual(texts);
    expect([...sample({ count: 50, seed: 2 })]).not.toEqual(texts.slice(0, 50));
  });

  it('has exactly 1% that crash, with the given share of each kind, none of them invalid', () => {
    const counts: Record<string, number> = {};
    for (const text of texts) {
      const code = chaosOf(text);
      if (code === undefined) continue;
      counts[code] = (counts[code] ?? 0) + 1;
      expect(isInvalid(text)).toBe(false);
    }
    expect(counts).toEqual({ throw: 50, exit: 30, heap: 16, hang: 4 });
  });

  it('has exactly 2% that the validator finds invalid, each with its own defect', () => {
    expect(texts.filter(isInvalid)).toHaveLength(200);
    expect(DEFECTS.length).toBeGreaterThanOrEqual(12);
    const [healthy] = [...sample({ count: 1, seed: 3, troubled: false })];
    for (const { name, spoil } of DEFECTS) {
      expect(isInvalid(spoil(JSON.parse(healthy ?? ''))), name).toBe(true);
    }
  });

  it('spreads them over every thousand', () => {
    for (let start = 0; start < texts.length; start += 1_000) {
      const thousand = texts.slice(start, start + 1_000);
      const troubled = thousand.filter((text) => chaosOf(text) !== undefined || isInvalid(text));
      expect(troubled.length).toBeGreaterThanOrEqual(29);
      expect(troubled.length).toBeLessThanOrEqual(31);
    }
  });

  it('has distinct ids, and sizes like those of real resources', () => {
    const ids = texts.map((text) => /"id":"([^"]+)"/.exec(text)?.[1]);
    expect(new Set(ids).size).toBe(texts.length);
    const bytes = texts.map((text) => Buffer.byteLength(text));
    const mean = bytes.reduce((sum, each) => sum + each, 0) / bytes.length;
    expect(mean).toBeGreaterThan(1_500);
    expect(mean).toBeLessThan(2_048);
  });

  it('is healthy throughout if no trouble is wanted', () => {
    const healthy = [...sample({ count: 500, seed: 1, troubled: false })];
    expect(healthy.filter((text) => chaosOf(text) !== undefined || isInvalid(text))).toEqual([]);
  });
});

describe('the shares of those that crash', () => {
  it.each([0, 1, 2, 3, 7, 50, 99, 100, 101])('add up to %i', (total) => {
    expect(chaosCodes(total)).toHaveLength(total);
  });
});
