import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addLatency,
  addSketch,
  type LatencySketch,
  percentile,
} from '../../../core/report/latency-sketch.ts';

const MONTH_MS = 30 * 24 * 3_600_000;
const latencies = fc.array(fc.integer({ min: 0, max: MONTH_MS }), { minLength: 1, maxLength: 200 });
const shares = fc.constantFrom(0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 1);

function sketchOf(values: readonly number[]): LatencySketch {
  const sketch: LatencySketch = new Map();
  for (const ms of values) addLatency(sketch, ms);
  return sketch;
}

test('without latencies there is no percentile', () => {
  expect(percentile(new Map(), 0.5)).toBeUndefined();
});

test('less than a millisecond counts as zero', () => {
  expect(percentile(sketchOf([0, 0.4]), 1)).toBe(0);
});

test('a percentile is within 1 % of the value of that rank, whatever the latencies', () => {
  fc.assert(
    fc.property(latencies, shares, (values, q) => {
      const sorted = [...values].sort((a, b) => a - b);
      const exact = sorted[Math.max(1, Math.ceil(q * values.length)) - 1] ?? 0;
      const told = percentile(sketchOf(values), q) ?? Number.NaN;
      expect(Math.abs(told - exact)).toBeLessThanOrEqual(exact * 0.01 + 1e-6);
    }),
  );
});

test('sketches of parts add up exactly to that of the whole', () => {
  fc.assert(
    fc.property(latencies, latencies, (some, others) => {
      const sum = sketchOf(some);
      addSketch(sum, sketchOf(others));
      expect(sum).toEqual(sketchOf([...some, ...others]));
    }),
  );
});

test('a month of latencies takes about a thousand buckets at most', () => {
  const sketch: LatencySketch = new Map();
  for (let ms = 1; ms < MONTH_MS; ms *= 1.002) addLatency(sketch, ms);
  expect(sketch.size).toBeLessThan(1_100);
});
