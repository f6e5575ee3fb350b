import { describe, expect, test } from 'vitest';
import type { Incident } from '../../../core/incident/incident.ts';
import {
  FAULTS_MAX,
  faultsAfter,
  faultsOf,
  faultsSince,
} from '../../../core/incident/incident-faults.ts';
import {
  afterStep,
  isFinished,
  type StepsPolicy,
  stepsDue,
} from '../../../core/incident/incident-steps.ts';
import type { RecordedCrash } from '../../../core/incident/spent-crashes.ts';
import { crash, NOW, opened } from './incident-support.ts';

const TO_OPEN = 3;
const WINDOW = 1_000;
const killer = { kind: 'timeout', fingerprint: 'aa', lane: 'background' } as const;
const bug = { kind: 'exception', fingerprint: 'bb', lane: 'background' } as const;

const many = (name: string, count: number, fields: Partial<RecordedCrash>, from = NOW) =>
  Array.from({ length: count }, (_, n) => crash(`${name}-${n}`, from + n, fields));
const about = opened({ known: faultsOf(many('k', 3, killer, NOW - 500)) });
const foundIn = (recent: readonly RecordedCrash[], incident: Incident = about) =>
  faultsAfter(incident, recent, NOW + 500, TO_OPEN)?.others.map(({ fault }) => fault);

describe('R20: while an incident goes on', () => {
  test('its own fault is not another one, however often it occurs', () => {
    expect(about.known).toEqual(['background/aa']);
    expect(foundIn(many('k', 500, killer))).toBeUndefined();
  });

  test('another fault that reaches the threshold by itself is reported, and one below it is not', () => {
    const flood = many('k', 100, killer);
    expect(foundIn([...flood, ...many('b', 2, bug)])).toBeUndefined();
    expect(foundIn([...flood, ...many('b', 3, bug)])).toEqual(['background/bb']);
  });

  test('the same fingerprint in another lane is another fault, and so is a kind without a fingerprint', () => {
    expect(foundIn(many('c', 3, { ...killer, lane: 'critical' }))).toEqual(['critical/aa']);
    expect(foundIn(many('e', 3, { kind: 'exit' }))).toEqual(['no-lane/exit']);
  });

  test('a window is half open, and a death that is reported twice counts once', () => {
    const [a, b, c] = many('b', 3, bug);
    if (a === undefined || b === undefined || c === undefined) throw new Error('three');
    expect(foundIn([a, b, { ...c, at: a.at + WINDOW }])).toBeUndefined();
    expect(foundIn([a, b, { ...c, at: a.at + WINDOW - 1 }])).toEqual(['background/bb']);
    expect(foundIn([a, b, { ...b, at: b.at + 5 }])).toBeUndefined();
  });

  test('is reported once, with the crashes that filled the window', () => {
    const faults = faultsAfter(about, many('b', 4, bug), NOW + 500, TO_OPEN);
    expect(faults?.others).toEqual([
      {
        ...{ fault: 'background/bb', kind: 'exception', crashes: 3 },
        ...{ firstCrashAt: NOW, lastCrashAt: NOW + 2, at: NOW + 500 },
      },
    ]);
    expect(foundIn(many('b', 90, bug, NOW + 100), { ...about, ...faults })).toBeUndefined();
  });

  test('faults with equal counts are in the order of their names', () => {
    const faults = ['c', 'a', 'd', 'b'].flatMap((name) =>
      many(name, 3, { ...bug, fingerprint: name }),
    );
    expect(foundIn(faults)).toEqual(['a', 'b', 'c', 'd'].map((name) => `background/${name}`));
  });

  test('made-up fingerprints are limited in number, with the most frequent first', () => {
    const made = Array.from({ length: 20 }, (_, n) =>
      many(`m${n}`, n + 1, { ...killer, fingerprint: `m${n}` }),
    ).flat();
    const first = foundIn(made);
    expect(first).toHaveLength(FAULTS_MAX);
    expect(first?.[0]).toBe('background/m19');
    const others = faultsAfter(about, made, NOW, TO_OPEN)?.others;
    expect(foundIn(many('b', 9, bug), { ...about, others })).toBeUndefined();
  });

  test('a later cause of a death from the opening is another name, not another fault', () => {
    const exits = many('d', 3, { kind: 'exit', lane: 'background' }, NOW - 500);
    const incident = opened({ known: faultsOf(exits) });
    const causes = exits.map((exit) => ({ ...exit, ...killer }));
    const faults = faultsAfter(incident, [...exits, ...causes], NOW, TO_OPEN);
    expect(faults).toEqual({ known: ['background/aa', 'background/exit'], others: [] });
    expect(foundIn(many('k', 50, killer), { ...incident, ...faults })).toBeUndefined();
  });

  test('crashes that the last incident spent are no other fault, and an older version’s record has none', () => {
    const spent = { incident: 1, resolvedAt: NOW + 100 };
    const before = many('b', 5, { ...bug, incidentsOver: 0 });
    expect(foundIn(before, { ...about, spent })).toBeUndefined();
    expect(
      foundIn(
        before.map((one) => ({ ...one, incidentsOver: 1 })),
        { ...about, spent },
      ),
    ).toEqual(['background/bb']);
    expect(foundIn(before, { ...about, known: undefined })).toBeUndefined();
  });

  test('two windows are searched, because crashes are reported late', () => {
    expect(faultsSince(NOW, WINDOW)).toBe(NOW - 2 * WINDOW);
  });
});

describe('R21: another fault', () => {
  const policy: StepsPolicy = { pageAgainMs: 300, escalateMs: 900, remediation: 'off' };
  const other = faultsAfter(about, many('b', 3, bug), NOW + 100, TO_OPEN);

  function takeAll(incident: Incident, now = NOW + 100) {
    const taken: string[] = [];
    let current = incident;
    for (;;) {
      const [step] = stepsDue(current, now, policy);
      if (step === undefined) return { taken, incident: current };
      taken.push(...step.marks);
      current = afterStep(current, step, now, policy);
    }
  }
  const paged = takeAll(about, NOW).incident;
  const said = { at: NOW + 50, by: 'ana', why: 'on it' };

  test('pages once, even if somebody has acknowledged the incident, and is a fact', () => {
    const page = ['another-fault background/bb', 'audit told another-fault background/bb'];
    const { taken, incident } = takeAll({ ...paged, ...other });
    expect(taken).toEqual(page);
    expect(takeAll(incident).taken).toEqual([]);
    const acknowledged = takeAll({ ...paged, status: 'acknowledged', acknowledged: said }).incident;
    expect(takeAll({ ...acknowledged, ...other }).taken).toEqual(page);
  });

  test('is acknowledged by the next acknowledgement, and resolved with its incident', () => {
    const told = takeAll({ ...paged, ...other }).incident;
    const later = { ...said, at: NOW + 200 };
    const acknowledged = takeAll({ ...told, status: 'acknowledged', acknowledged: later });
    expect(acknowledged.taken).toContain('acknowledgement background/bb');
    const resolved = takeAll({ ...acknowledged.incident, status: 'resolved', resolved: later });
    expect(resolved.taken).toContain('resolution background/bb');
    expect(isFinished(resolved.incident)).toBe(true);
    const untold: Incident = { ...paged, ...other, status: 'resolved', resolved: later };
    expect(isFinished(untold)).toBe(false);
    expect(takeAll(untold).taken.slice(0, 4)).toEqual([
      ...['resolution', 'all-clear'],
      ...['another-fault background/bb', 'resolution background/bb'],
    ]);
  });
});
