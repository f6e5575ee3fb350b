/**
 * Incidents of one scope against a naive model that remembers everything and checks every window. Crashes
 * come in any order, late and twice; operators and quiet resolve.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Incident,
  incidentsOver,
  isGoingOn,
  openedByCrashes,
} from '../../../core/incident/incident.ts';
import { isOver, resolve, resolvedByQuiet } from '../../../core/incident/incident-lifecycle.ts';
import { timesAround } from '../../../core/incident/sliding-window.ts';
import type { RecordedCrash } from '../../../core/incident/spent-crashes.ts';
import { crash, policy as opening } from './incident-support.ts';

const policy = { ...opening, crashesToOpen: 4, windowMs: 20, quietMs: 15 };

type Event =
  | { readonly kind: 'crash'; readonly age: number; readonly id: number }
  | { readonly kind: 'pass' | 'minute'; readonly ms: number }
  | { readonly kind: 'operator' };

const events: fc.Arbitrary<Event[]> = fc.array(
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        kind: fc.constant('crash' as const),
        age: fc.oneof(fc.nat(3), fc.integer({ min: 10, max: 30 })),
        id: fc.nat(200),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(10) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('minute' as const),
        ms: fc.integer({ min: 10, max: 50 }),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'operator' as const }) },
  ),
  { maxLength: 80, size: 'max' },
);

/** What the functions do: record, read what is around, decide. */
class Subject {
  latest: Incident | undefined;
  readonly crashes: RecordedCrash[] = [];

  tell(id: string, at: number, now: number): void {
    if (!this.crashes.some((known) => known.id === id)) {
      this.crashes.push({ ...crash(id, at), incidentsOver: incidentsOver(this.latest) });
    }
    this.#open(timesAround([at], policy.windowMs), now);
  }

  minute(now: number): boolean {
    if (!isGoingOn(this.latest) || !isOver(this.latest, this.crashes, now, policy)) return false;
    this.latest = resolvedByQuiet(this.latest, now, policy);
    this.#open([{ from: now - policy.quietMs + 1, to: now }], now);
    return true;
  }

  operator(now: number): void {
    const resolved = this.latest && resolve(this.latest, { at: now, by: 'ana', why: 'fixed' });
    if (typeof resolved === 'object') this.latest = resolved;
  }

  #open(ranges: ReturnType<typeof timesAround>, now: number): void {
    const around = this.crashes.filter((one) =>
      ranges.some(({ from, to }) => one.at >= from && one.at <= to),
    );
    this.latest = openedByCrashes('validate', this.latest, around, now, policy) ?? this.latest;
  }
}

/** R20 as it is written. */
class Model {
  opened = 0;
  goingOn = false;
  readonly #unspent = new Map<string, number>();
  readonly #known = new Set<string>();

  tell(id: string, at: number): void {
    if (!this.#known.has(id)) this.#unspent.set(id, at);
    this.#known.add(id);
    this.#look();
  }

  resolved(quietSince: number): void {
    if (!this.goingOn) return;
    this.goingOn = false;
    for (const [id, at] of this.#unspent) if (at <= quietSince) this.#unspent.delete(id);
    this.#look();
  }

  #look(): void {
    const times = [...this.#unspent.values()];
    const full = times.some(
      (t) =>
        times.filter((at) => at > t - policy.windowMs && at <= t).length >= policy.crashesToOpen,
    );
    if (this.goingOn || !full) return;
    this.goingOn = true;
    this.opened += 1;
  }
}

test('R20: whatever comes when, as many incidents open as the rule says', () => {
  const seen = { opened: 0, quiet: 0, operator: 0, late: 0 };
  fc.assert(
    fc.property(events, (story) => {
      const subject = new Subject();
      const model = new Model();
      let now = 1_000;
      for (const event of story) {
        if ('ms' in event) now += event.ms;
        if (event.kind === 'crash') {
          const at = now - event.age;
          // Reported twice, it keeps its time.
          const known = subject.crashes.find(({ id }) => id === `c${event.id}`)?.at ?? at;
          const before = subject.latest?.number;
          subject.tell(`c${event.id}`, known, now);
          model.tell(`c${event.id}`, known);
          if (subject.latest?.number !== before) seen.late += event.age > policy.quietMs ? 1 : 0;
        }
        if (event.kind === 'minute' && subject.minute(now)) {
          seen.quiet += 1;
          model.resolved(now - policy.quietMs);
        }
        if (event.kind === 'operator') {
          seen.operator += isGoingOn(subject.latest) ? 1 : 0;
          subject.operator(now);
          model.resolved(Number.POSITIVE_INFINITY);
        }
        expect([subject.latest?.number ?? 0, isGoingOn(subject.latest)]).toEqual([
          model.opened,
          model.goingOn,
        ]);
      }
      seen.opened += model.opened;
    }),
    { numRuns: 1_000 },
  );
  // The stories are about what they are meant to be about.
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(50);
});
