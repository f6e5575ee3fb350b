import { UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import {
  fateOf,
  isTakenBack,
  isVerdict,
  messageOf,
} from '../../../simulation/coincidences/late-writes.ts';
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

test('the write of a verdict comes late from a machine that was told to be', () => {
  const names = { '#quarantinedAt': 'quarantinedAt' };
  const reject = new UpdateCommand({
    ...{ TableName: 'stack-quarantine', Key: {}, ExpressionAttributeNames: names },
  });
  const host = hostAt('validate#1');
  host.beLateSoon();
  const fates = [update('stack-breakers'), reject, reject].map((command) =>
    fateOf(command, host, NO_COINCIDENCES),
  );
  expect(fates).toEqual([undefined, 'late', undefined]);
  expect(host.isCutOff).toBe(true);
});

test('the removal of an attempt may come late, and its sender dies', () => {
  const removal = new UpdateCommand({
    ...{ TableName: 'stack-quarantine', Key: { pk: 'm1' }, ConditionExpression: 'a = :a' },
    UpdateExpression: 'REMOVE attempts[1]',
  });
  expect([isTakenBack(removal), isTakenBack(update('stack-quarantine'))]).toEqual([true, false]);
  expect(messageOf(removal)).toBe('m1');
  const { late: count, dead } = late(removal, { lateWrite: 1 });
  expect(count).toBeGreaterThan(25);
  expect(dead).toBe(count);
  expect(late(removal, {})).toEqual({ late: 0, dead: 0 });
});

test('what an attempt came to may be written late, while its machine is cut off', () => {
  const crash = new UpdateCommand({
    ...{ TableName: 'stack-quarantine', Key: {}, ConditionExpression: 'a = :a' },
    ExpressionAttributeValues: { ':crash': 'exit', ':ended': 1 },
  });
  const cutOff = (command: object) => {
    const hosts = Array.from({ length: 100 }, (_, n) => hostAt(`validate#${n}`));
    for (const host of hosts) fateOf(command, host, { ...NO_COINCIDENCES, lateWrite: 1 });
    return hosts.filter(({ isCutOff }) => isCutOff).length;
  };
  expect(cutOff(crash)).toBeGreaterThan(20);
  expect(cutOff(crash)).toBeLessThan(60);
  expect(cutOff(update('stack-quarantine', 'a = :a'))).toBe(0);
});

test('a change that enables a mapping gets through at its last try, unless an operator sends it', () => {
  const change = (Enabled: boolean) => new UpdateEventSourceMappingCommand({ UUID: 'u', Enabled });
  const rates = { ...NO_COINCIDENCES, slowEnabling: 1 };
  const fates = (name: string, enabled: boolean, is = rates) =>
    [1, 2, 3].map((number) => fateOf(change(enabled), hostAt(name), is, { number }));
  const lost = ['lostRequest', 'lostRequest', undefined];
  expect(fates('supervisor#1', true)).toEqual(lost);
  const never = [undefined, undefined, undefined];
  expect(fates('operator#1', true)).toEqual(never);
  expect(fates('supervisor#1', false)).toEqual(never);
  expect(fates('supervisor#1', true, NO_COINCIDENCES)).toEqual(never);
});

test('only the first try of a write comes late', () => {
  const rates = { ...NO_COINCIDENCES, lateMark: 1 };
  const fates = [1, 2].map((number) => fateOf(mark(['m1']), hostAt('v#1'), rates, { number }));
  expect(fates).toEqual(['late', undefined]);
});
