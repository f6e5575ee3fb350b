import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../../packages/local-lambda/event-source/random.ts';
import {
  type LogDelivery,
  piecesOf,
} from '../../../../packages/local-lambda/logs/delivery-delay.ts';

const record = (type: string) => ({ message: JSON.stringify({ type: `platform.${type}` }) });
const EVENTS = [record('initReport'), record('runtimeDone'), record('report'), record('report')];
const SEEDS = 200;

function deliveries(delivery: LogDelivery) {
  return Array.from({ length: SEEDS }, (_, seed) => piecesOf(EVENTS, delivery, seededRandom(seed)));
}

describe('log lines reach their subscriber', () => {
  test('at once and whole unless requested otherwise', () => {
    for (const pieces of deliveries({})) expect(pieces).toEqual([{ events: EVENTS, afterMs: 0 }]);
  });

  test('after between half of the delay and the whole of it', () => {
    const delays = deliveries({ delayMs: 10_000 }).flatMap(([one]) => one?.afterMs ?? 0);
    expect(delays).toHaveLength(SEEDS);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(5_000);
    expect(Math.max(...delays)).toBeLessThanOrEqual(10_000);
    expect(new Set(delays).size).toBeGreaterThan(SEEDS / 2);
  });

  test('in pieces: an init’s record is split, nothing is lost, and pieces may arrive out of order', () => {
    const all = deliveries({ delayMs: 10_000, inPieces: true });
    for (const pieces of all) {
      expect(pieces.flatMap(({ events }) => events)).toEqual(EVENTS);
      expect(pieces[0]?.events).toEqual(EVENTS.slice(0, 1));
    }
    expect(new Set(all.map(({ length }) => length))).toEqual(new Set([2, 3, 4]));
    const overtaken = all.filter(
      ([first, second]) => (first?.afterMs ?? 0) > (second?.afterMs ?? 0),
    );
    expect(overtaken.length).toBeGreaterThan(SEEDS / 4);
  });

  test('repeatedly, as often as requested, and the same for the same seed', () => {
    const counts = deliveries({ delayMs: 10_000, repeats: 0.5 }).map(({ length }) => length);
    expect(counts.filter((count) => count === 2).length).toBeGreaterThan(SEEDS / 4);
    expect(counts.filter((count) => count === 1).length).toBeGreaterThan(SEEDS / 4);
    const options = { delayMs: 10_000, inPieces: true, repeats: 0.5 };
    expect(deliveries(options)).toEqual(deliveries(options));
  });
});
