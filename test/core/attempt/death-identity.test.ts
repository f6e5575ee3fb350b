import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type CrashReport,
  INIT_WAIT_MS,
  notAhead,
  otherIds,
} from '../../../core/attempt/death-identity.ts';
import { evidenceOf } from '../../../core/attempt/evidence.ts';
import { distinct } from '../../../core/incident/sliding-window.ts';
import { unspent } from '../../../core/incident/spent-crashes.ts';
import { addRestart } from '../../../core/supervision/restart-intensity.ts';
import { crash } from '../incident/incident-support.ts';

const init = (at: number, environment = 'e1'): CrashReport => ({
  id: `init:${environment}:${at}`,
  at,
  environment,
});
const died = (requestId: string, at: number, environment = 'e1'): CrashReport => ({
  id: requestId,
  requestId,
  at,
  environment,
});

test('R20: an init and the death that follows it in its environment are one', () => {
  expect(distinct([init(1), died('r-1', 2)])).toEqual([died('r-1', 2)]);
  expect(distinct([died('r-1', 2), died('r-1', 3), init(1), init(2)])).toEqual([died('r-1', 2)]);
  expect(otherIds([init(1), init(2), died('r-1', 2)])).toEqual(
    new Map([
      ['init:e1:1', 'r-1'],
      ['init:e1:2', 'r-1'],
    ]),
  );
});

test('R20: an init after a death, of another environment, or long before, is a separate death', () => {
  for (const other of [init(3), init(1, 'e2'), init(2 - INIT_WAIT_MS - 1)]) {
    expect(distinct([other, died('r-1', 2)])).toHaveLength(2);
  }
  expect(distinct([init(2 - INIT_WAIT_MS), died('r-1', 2)])).toHaveLength(1);
  // Inits of one environment with nothing between them are one death.
  expect(distinct([init(1), init(5)])).toEqual([init(5)]);
});

test('R20: a death is at its earliest report, so a late one does not part it from its init', () => {
  const late = died('r-1', 2 + INIT_WAIT_MS);
  for (const told of [
    [init(1), died('r-1', 2), late],
    [late, died('r-1', 2), init(1)],
  ]) {
    expect(distinct(told)).toEqual([died('r-1', 2)]);
  }
});

test('R20: an event that names no environment is identified by its id', () => {
  const told = [
    { id: 'a', at: 1 },
    { id: 'r-1', at: 2, requestId: 'r-1' },
  ];
  expect(distinct(told)).toEqual(told);
});

test('R30: two deaths while loading, reported in four pieces, are two restarts', () => {
  const pieces = [init(1), died('r-1', 2), init(10), died('r-2', 11)];
  for (const told of [pieces, pieces.toReversed(), [...pieces, ...pieces]]) {
    const policy = { intensity: 2, periodMs: 5_000 };
    const kinds: string[] = [];
    let restarts: readonly CrashReport[] = [];
    for (const piece of told) {
      const added = addRestart(restarts, piece, policy);
      restarts = added.restarts;
      kinds.push(added.kind);
    }
    expect(new Set(kinds)).toEqual(new Set(['kept']));
    expect(restarts).toEqual([died('r-1', 2), died('r-2', 11)]);
  }
});

test('R20: in any pieces, order and repetition of the reports, the deaths are the same', () => {
  const deaths = fc.uniqueArray(fc.integer({ min: 0, max: 50 }), { maxLength: 8 }).map((times) =>
    times.flatMap((time, n) => {
      const environment = `e${time % 3}`;
      const at = time * 10;
      return n % 2 === 0
        ? [init(at, environment), died(`r-${n}`, at + 2, environment)]
        : [died(`r-${n}`, at, environment)];
    }),
  );
  fc.assert(
    fc.property(deaths, fc.infiniteStream(fc.nat()), (told, random) => {
      const again = [...told, ...told].map((death) => ({ death, key: random.next().value }));
      const pieces = again.sort((a, b) => a.key - b.key).map(({ death }) => death);
      const requests = told.flatMap(({ requestId }) => requestId ?? []);
      expect(new Set(distinct(pieces).map(({ id }) => id))).toEqual(new Set(requests));
      expect(distinct(pieces)).toHaveLength(requests.length);
    }),
  );
});

test('R20: a death is spent if the resolution has read either of its two pieces', () => {
  const spent = { incident: 1, resolvedAt: 5 };
  const [first, second] = [crash('init:e1:1', 1), crash('r-1', 2)];
  const read = { ...first, ...init(1), requestId: undefined, incidentsOver: 0 };
  const late = { ...second, ...died('r-1', 2), incidentsOver: 1 };
  expect(unspent([read, late], spent)).toEqual([]);
  expect(unspent([{ ...late, environment: 'e2' }, read], spent)).toHaveLength(1);
});

test('R07: evidence describes each death by the most informative of its pieces', () => {
  const pieces = [
    crash('r-1', 2, { kind: 'exit', environment: 'e1', fingerprint: 'vague' }),
    crash('r-1', 3, { kind: 'out-of-memory', environment: 'e1', fingerprint: 'memory' }),
    crash('init:e2:1', 1, { kind: 'exception', environment: 'e2', requestId: undefined }),
    crash('r-2', 4, { kind: 'exit', environment: 'e2', fingerprint: 'vague' }),
  ];
  expect(evidenceOf(pieces)).toMatchObject({
    crashes: 2,
    kinds: { 'out-of-memory': 1, exception: 1 },
    fingerprints: [{ fingerprint: 'memory', crashes: 1 }],
  });
});

test('R20: a report keeps its date unless that is far ahead of its arrival', () => {
  expect(notAhead(died('r-1', 10), 60_000).at).toBe(10);
  expect(notAhead(died('r-1', 65_000), 60_000).at).toBe(65_000);
  expect(notAhead(died('r-1', 65_001), 60_000).at).toBe(65_000);
});
