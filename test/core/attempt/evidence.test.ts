import fc from 'fast-check';
import { expect, test } from 'vitest';
import { belonging, evidenceOf, mergeEvidence } from '../../../core/attempt/evidence.ts';
import { crash } from '../incident/incident-support.ts';

test('counts crashes, messages, kinds, lanes and the five commonest reasons', () => {
  const reasons = ['f1', 'f2', 'f2', 'f4', 'f3', 'f5', 'f6', 'f6'];
  const crashes = reasons.map((fingerprint, n) =>
    crash(`c${n}`, 100 - n, {
      fingerprint,
      messageId: `m${n % 3}`,
      lane: n === 0 ? 'critical' : 'background',
    }),
  );
  expect(evidenceOf([...crashes, crash('bare', 50, { kind: 'exit' })])).toEqual({
    crashes: 9,
    more: false,
    messages: 3,
    kinds: { timeout: 8, exit: 1 },
    fingerprints: [
      { fingerprint: 'f2', crashes: 2 },
      { fingerprint: 'f6', crashes: 2 },
      { fingerprint: 'f1', crashes: 1 },
      { fingerprint: 'f3', crashes: 1 },
      { fingerprint: 'f4', crashes: 1 },
    ],
    lanes: ['background', 'critical'],
    firstCrashAt: 50,
    lastCrashAt: 100,
  });
});

test('R20: a death that two observers reported counts once, at its earliest time', () => {
  const { crashes, firstCrashAt, lastCrashAt } = evidenceOf([crash('a', 9), crash('a', 5)]);
  expect({ crashes, firstCrashAt, lastCrashAt }).toEqual({
    crashes: 1,
    firstCrashAt: 5,
    lastCrashAt: 5,
  });
});

const times = (...ats: number[]) => ats.map((at) => ({ at }));

test('crashes belong to an incident if no gap between them is longer than the window', () => {
  expect(belonging(times(900, 500, 401, 302, 203), 500, 100)).toEqual(
    times(900, 500, 401, 302, 203),
  );
  expect(belonging(times(900, 500, 400, 399), 500, 100)).toEqual(times(900, 500));
  // After the first full window no gap ends it: it was open all the time.
  expect(belonging(times(9_000, 500), 500, 100)).toEqual(times(9_000, 500));
});

test('reading page by page finds the same crashes as reading at once', () => {
  const newestFirst = fc
    .array(fc.nat(2_000), { minLength: 1 })
    .map((ats) => times(...ats.sort((a, b) => b - a)));
  fc.assert(
    fc.property(newestFirst, fc.nat(2_000), (crashes, since) => {
      const whole = belonging(crashes, since, 100);
      for (let read = 1; read <= crashes.length; read += 1) {
        const page = belonging(crashes.slice(0, read), since, 100);
        expect(page).toEqual(whole.slice(0, Math.min(read, whole.length)));
      }
    }),
  );
});

test('a recount removes nothing if not all crashes could be counted', () => {
  const before = evidenceOf([crash('a', 1), crash('b', 2), crash('c', 30)]);
  const merged = mergeEvidence(before, evidenceOf([crash('c', 30), crash('d', 40)], true));
  expect(merged).toMatchObject({ crashes: 3, more: true, firstCrashAt: 1, lastCrashAt: 40 });
});
