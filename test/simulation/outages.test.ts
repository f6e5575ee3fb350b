import { describe, expect, test } from 'vitest';
import {
  downBy,
  drawFlapping,
  drawKeyOfS3,
  drawNotLoading,
  drawOutages,
  drawStuckDeliveries,
  type Outage,
  stuckMs,
} from '../../simulation/outages.ts';
import { Random } from '../../simulation/random.ts';

const ONE: Outage = { of: 's3', fromMs: 1_000, untilMs: 2_000, share: 0.9 };
const lengthOf = ({ fromMs, untilMs }: Outage) => untilMs - fromMs;
const at = (ms: number) => ({ now: 50_000 + ms, startedAt: 50_000 });

describe('an outage', () => {
  test('lasts from its beginning up to its end', () => {
    const shares = [999, 1_000, 1_999, 2_000].map(
      (ms) => downBy([ONE], 's3', undefined, at(ms))?.share,
    );
    expect(shares).toEqual([undefined, 0.9, 0.9, undefined]);
  });

  test('concerns a service, or one of its tables', () => {
    const ofTable = { ...ONE, of: 'resources' };
    expect(downBy([ofTable], 'dynamodb', 'resources', at(1_500))).toMatchObject({ share: 0.9 });
    expect(downBy([ofTable], 'dynamodb', 'inflight', at(1_500))).toBeUndefined();
    expect(downBy([ONE], 'sqs', undefined, at(1_500))).toBeUndefined();
  });

  test('may be a brown-out', () => {
    const slow = { ...ONE, isSlow: true };
    const all = [ONE, slow].map((each) => downBy([each], 's3', undefined, at(1_500))?.isSlow);
    expect(all).toEqual([false, true]);
  });

  test('of the key is reported by each service in its own words', () => {
    const services = ['s3', 'sqs', 'sns', 'dynamodb', 'secrets', 'lambda'];
    const names = [0, 1, 2].map((fromMs) => {
      const ofKey = { ...ONE, of: 'kms', fromMs };
      return services.map(
        (service) => downBy([ofKey], service, undefined, at(1_500))?.refusal?.().name,
      );
    });
    expect(names).toEqual([
      [
        'KMS.DisabledException',
        'KmsDisabled',
        'KMSDisabledException',
        'AccessDeniedException',
        'DecryptionFailure',
        undefined,
      ],
      [
        'AccessDenied',
        'KmsAccessDenied',
        'KMSAccessDeniedException',
        'AccessDeniedException',
        'AccessDeniedException',
        undefined,
      ],
      [
        'ThrottlingException',
        'KmsThrottled',
        'KMSThrottlingException',
        'ThrottlingException',
        'ThrottlingException',
        undefined,
      ],
    ]);
  });

  test('of the key for S3 alone is a refusal of S3', () => {
    const ofKey = { ...ONE, of: 'kms/s3', fromMs: 999 };
    const down = downBy([ofKey], 's3', undefined, at(1_500));
    expect(down?.refusal?.().name).toBe('KMS.DisabledException');
    expect(downBy([ofKey], 'dynamodb', undefined, at(1_500))).toBeUndefined();
  });

  test('of a key that is asked too often lets some calls through, and of another lets none', () => {
    const drawn = Array.from({ length: 400 }, (_, seed) =>
      drawOutages(new Random(seed), ['kms'], 1_000),
    ).flat();
    const shares = new Map([0, 1, 2].map((which) => [which, new Set<number>()]));
    for (const { fromMs, share } of drawn) shares.get(fromMs % 3)?.add(share);
    expect([...shares.values()].map(({ size }) => size)).toEqual([1, 1, 3]);
  });

  test('of the key for S3, or of a function that does not load, is drawn for some runs', () => {
    const seeds = Array.from({ length: 300 }, (_, seed) => seed);
    const drawn = [
      seeds.map((seed) => drawKeyOfS3(new Random(seed))),
      seeds.map((seed) => drawNotLoading(new Random(seed), ['f', 'g'], 'lane')),
    ];
    for (const each of drawn) {
      const some = each.filter(({ length }) => length === 1);
      expect(some.length).toBeGreaterThan(15);
      expect(some.length).toBeLessThan(75);
    }
    expect(new Set(drawn[0]?.flat().map(({ of }) => of))).toEqual(new Set(['kms/s3']));
    expect(new Set(drawn[1]?.flat().map(({ of }) => of))).toEqual(new Set(['f', 'g']));
    expect(drawNotLoading(new Random(1), [], 'lane')).toEqual([]);
    const minutes = seeds.flatMap((seed) => drawNotLoading(new Random(seed), ['f'], 'kernel'));
    expect(Math.min(...minutes.map(lengthOf))).toBeGreaterThanOrEqual(60_000);
  });

  test('of the minute, or of the way to one queue, is drawn for some runs', () => {
    const drawn = Array.from({ length: 300 }, (_, seed) =>
      drawStuckDeliveries(new Random(seed), ['q', 'r']),
    ).flat();
    const places = Map.groupBy(drawn, ({ of }) => of);
    expect(new Set(places.keys())).toEqual(new Set(['minute', 'to q', 'to r']));
    expect(places.get('minute')?.length).toBeGreaterThan(20);
    expect(places.get('minute')?.length).toBeLessThan(75);
    expect(Math.min(...drawn.map(lengthOf))).toBe(120_000);
    const stuck = (ms: number, place = 's3') => stuckMs([ONE], place, at(ms));
    expect([500, 1_500, 2_500].map((ms) => stuck(ms))).toEqual([0, 500, 0]);
    expect(stuck(1_500, 'another')).toBe(0);
  });

  test('of a flapping server follows the one before, with a pause between', () => {
    const drawn = Array.from({ length: 200 }, (_, seed) =>
      drawFlapping(new Random(seed), ['a', 'b'], 1_000_000),
    );
    const flapping = drawn.filter(({ length }) => length > 0);
    expect(flapping.length).toBeGreaterThan(20);
    expect(flapping.length).toBeLessThan(60);
    for (const outages of flapping) {
      expect(new Set(outages.map(({ of }) => of)).size).toBe(1);
      for (const [place, { fromMs }] of outages.entries()) {
        expect(fromMs).toBeGreaterThan((outages[place - 1]?.untilMs ?? -20_000) + 19_999);
      }
    }
    expect(drawFlapping(new Random(1), [], 1_000)).toEqual([]);
  });

  test('happens in about half of the runs, within the time given', () => {
    const drawn = Array.from({ length: 200 }, (_, seed) =>
      drawOutages(new Random(seed), ['a', 'b'], 1_000),
    );
    const some = drawn.filter(({ length }) => length > 0);
    expect(some.length).toBeGreaterThan(70);
    expect(some.length).toBeLessThan(130);
    for (const { fromMs, untilMs } of some.flat()) {
      expect(fromMs).toBeLessThan(1_000);
      expect(untilMs).toBeGreaterThan(fromMs);
    }
    expect(drawOutages(new Random(1), [], 1_000)).toEqual([]);
  });
});
