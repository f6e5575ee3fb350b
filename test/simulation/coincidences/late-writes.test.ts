import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { fateOf, isVerdict } from '../../../simulation/coincidences/late-writes.ts';
import { NO_COINCIDENCES } from '../../../simulation/coincidences/rates.ts';
import { hostAt } from '../checks/history.ts';

const update = (TableName: string, ConditionExpression?: string) =>
  new UpdateCommand({ TableName, Key: {}, ConditionExpression });
const mark = (messageIds: string[]) =>
  new PutCommand({ TableName: 'stack-inflight', Item: { messageIds } });

/** How many of a hundred come late, and how many of their senders die. */
function late(command: object, rates: object) {
  const all = Array.from({ length: 100 }, (_, n) => {
    const host = hostAt(`validate#${n}`);
    const fate = fateOf(command, host, { ...NO_COINCIDENCES, ...rates });
    host.resume(() => undefined);
    expect(host.isDead && fate === undefined).toBe(false);
    return { fate, isDead: host.isDead };
  });
  return {
    late: all.filter(({ fate }) => fate === 'late').length,
    dead: all.filter(({ isDead }) => isDead).length,
  };
}

test('a write under a condition may come late, and its sender may die', () => {
  const { late: count, dead } = late(update('stack-quarantine', 'a = :a'), { lateWrite: 1 });
  expect(count).toBeGreaterThan(5);
  expect(count).toBeLessThan(50);
  expect(dead).toBeGreaterThan(0);
  expect(dead).toBeLessThan(count);
});

test('others do not, nor those of other tables', () => {
  const none = { late: 0, dead: 0 };
  expect(late(update('stack-quarantine'), { lateWrite: 1 })).toEqual(none);
  expect(late(update('stack-breakers', 'a = :a'), { lateWrite: 1 })).toEqual(none);
  expect(late(update('stack-quarantine', 'a = :a'), { lateMark: 1 })).toEqual(none);
});

test('the mark of a batch may come late, and an empty one does not', () => {
  expect(late(mark(['m1']), { lateMark: 1 })).toEqual({ late: 100, dead: 0 });
  expect(late(mark([]), { lateMark: 1 })).toEqual({ late: 0, dead: 0 });
  expect(late(mark(['m1']), {})).toEqual({ late: 0, dead: 0 });
});

test('the write of a verdict may come late, while its sender is cut off', () => {
  const names = { '#storedAt': 'storedAt' };
  const store = new UpdateCommand({
    ...{ TableName: 'stack-resources', Key: {}, ExpressionAttributeNames: names },
  });
  expect([store, update('stack-resources', 'a = :a')].map(isVerdict)).toEqual([true, false]);
  const hosts = Array.from({ length: 200 }, (_, n) => hostAt(`validate#${n}`));
  const rates = { ...NO_COINCIDENCES, lateVerdict: 1 };
  const befallen = hosts.filter((host) => fateOf(store, host, rates) === 'late');
  expect(befallen.length).toBeGreaterThan(2);
  expect(befallen.length).toBeLessThan(40);
  expect(hosts.filter(({ isCutOff }) => isCutOff)).toEqual(befallen);
  expect(hosts.some((host) => fateOf(store, host, NO_COINCIDENCES) !== undefined)).toBe(false);
});
