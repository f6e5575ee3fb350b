import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Generator, random } from './generate.ts';
import { allInvariants, type Context, compiled, folder, type Invariant } from './invariants.ts';
import { oracle } from './oracle.ts';
import { contextsOf, isObject, walk } from './walk.ts';

const SEED = Number(process.env['SEED'] ?? 42);
const INSTANCES = 60;
const EXAMPLES_MAX = 40;

interface Subject {
  readonly invariant: Invariant;
  readonly ours: (context: Context) => boolean;
  readonly theirs: (context: Context) => boolean | undefined;
  seen: number;
}

const subjects = allInvariants().map(
  (invariant): Subject => ({
    invariant,
    ours: compiled(invariant),
    theirs: oracle(invariant),
    seen: 0,
  }),
);

/** A line for every context on which compiled and interpreted differ. */
function differences(subject: Subject, contexts: readonly Context[]): string[] {
  return contexts.flatMap((context) => {
    const theirs = subject.theirs(context);
    if (theirs === undefined) return [];
    subject.seen += 1;
    if (subject.ours(context) === theirs) return [];
    const { key, path } = subject.invariant;
    return [`${key} of ${path}, seed ${SEED}: ${JSON.stringify(context)}`];
  });
}

describe('compiled invariants agree with fhirpath.js', () => {
  test(`on ${INSTANCES} random instances for each of ${subjects.length}`, () => {
    const found = subjects.flatMap((subject) => {
      const generator = new Generator(subject.invariant, random(SEED));
      return Array.from({ length: INSTANCES }, () => generator.contexts()).flatMap((contexts) =>
        differences(subject, contexts),
      );
    });
    expect(found).toEqual([]);
    const asked = subjects.filter(({ seen }) => seen > 0).map(({ invariant }) => invariant.key);
    expect(asked.length).toBeGreaterThan(subjects.length - 5);
  });

  test('on the official examples', () => {
    const found: string[] = [];
    const counts = new Map<Subject, number>();
    const byPlace = Map.groupBy(subjects, ({ invariant }) => invariant.path);
    for (const resource of examples()) {
      walk(resource, (path, type, context) => {
        for (const subject of byPlace.get(path) ?? []) {
          const count = (counts.get(subject) ?? 0) + 1;
          counts.set(subject, count);
          if (subject.invariant.type !== type || count > EXAMPLES_MAX) continue;
          found.push(...differences(subject, [context]));
        }
      });
    }
    expect(found).toEqual([]);
    expect(counts.size).toBeGreaterThan(150);
  });

  test('on examples with elements removed, repeated and replaced', () => {
    const next = random(SEED);
    const found: string[] = [];
    for (const resource of examples().filter(() => next() < 0.1)) {
      for (const subject of subjects) {
        const contexts = contextsOf(resource, subject.invariant).slice(0, 2);
        for (const context of contexts) {
          found.push(...differences(subject, mutants(context)));
        }
      }
    }
    expect(found).toEqual([]);
  });
});

test('compiled invariants take any JSON without throwing', () => {
  const next = random(SEED);
  const wrong = [null, [], {}, [null], [{}], [[1]], '', 'x', 0, true, { a: null }];
  const pick = () => wrong[Math.floor(next() * wrong.length)];
  for (const { invariant, ours } of subjects) {
    const generator = new Generator(invariant, next);
    for (let run = 0; run < 40; run += 1) {
      for (const context of generator.contexts()) {
        const res = damaged(context.res, pick, next);
        const root = damaged(context.root, pick, next);
        const at = { ...context, n: damaged(context.n, pick, next), res, root };
        expect(typeof ours(at)).toBe('boolean');
      }
    }
  }
});

/** Examples but for conformance definitions, which are many, large and alike: of those a few. */
function examples(): Record<string, unknown>[] {
  const isLarge = /^(SearchParameter|ValueSet|CodeSystem|StructureDefinition|ConceptMap)-/;
  const files = readdirSync(folder).filter((file) => /^[A-Z].*\.json$/.test(file));
  const few =
    /^(SearchParameter-Patient-|ValueSet-b|CodeSystem-ex|StructureDefinition-(Age|ipn|us-))/;
  return files
    .filter((file) => !isLarge.test(file) || few.test(file))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
}

/** The context with each of its element's properties gone, doubled, or of another value. */
function mutants(context: Context): Context[] {
  const { n } = context;
  if (!isObject(n)) return [];
  const isResource = n === context.res;
  return Object.entries(n).flatMap(([key, value]) => {
    const { [key]: _, ...without } = n;
    const replaced = typeof value === 'string' ? [{ ...n, [key]: '#x' }] : [];
    const repeated = Array.isArray(value) ? [{ ...n, [key]: [...value, ...value] }] : [];
    if (key === 'resourceType') return [];
    return [without, ...replaced, ...repeated].map((mutant) =>
      isResource ? { ...context, n: mutant, res: mutant, root: mutant } : { ...context, n: mutant },
    );
  });
}

/** A copy with some values of the wrong shape; never itself null, which the caller excludes. */
function damaged<T>(value: T, pick: () => unknown, next: () => number): T {
  if (Array.isArray(value)) {
    return value.map((item) => (next() < 0.3 ? pick() : damaged(item, pick, next))) as T;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [
    key,
    next() < 0.3 ? pick() : damaged(item, pick, next),
  ]);
  return Object.fromEntries(entries);
}
