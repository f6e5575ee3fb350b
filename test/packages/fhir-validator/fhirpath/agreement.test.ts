import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../../demo/sample/random.ts';
import { cases } from '../../../support/long-search.ts';
import { folder } from '../support/base-definitions.ts';
import { Generator } from './generate.ts';
import { allInvariants, allPlaces, type Context, compiled, type Invariant } from './invariants.ts';
import { oracle } from './oracle.ts';
import { isObject, walk } from './walk.ts';

const SEED = Number(process.env['SEED'] ?? 42);
const INSTANCES = cases(15, 60);
/** Evaluations in the examples: how many of each expression, and of each place that has it. */
const CONTEXTS_MAX = cases(8, 60);
const CONTEXTS_AT_A_PLACE_MAX = 3;

interface Subject {
  readonly invariant: Invariant;
  readonly ours: (context: Context) => boolean;
  readonly theirs: (context: Context) => boolean | undefined;
  seen: number;
}

function subjectOf(invariant: Invariant): Subject {
  return { invariant, ours: compiled(invariant), theirs: oracle(invariant), seen: 0 };
}

const subjects = allInvariants().map(subjectOf);
const examples = readExamples();

/** A line for every context in which compiled and interpreted results differ. */
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
      const generator = new Generator(subject.invariant, seededRandom(SEED).next);
      return Array.from({ length: INSTANCES }, () => generator.contexts()).flatMap((contexts) =>
        differences(subject, contexts),
      );
    });
    expect(found).toEqual([]);
    const asked = subjects.filter(({ seen }) => seen > 0).map(({ invariant }) => invariant.key);
    expect(asked.length).toBeGreaterThan(subjects.length - 5);
  });

  test('on the official examples', () => {
    const asked = new Set<string>();
    const found = inExamples((subject, context) => {
      asked.add(subject.invariant.key);
      return differences(subject, [context]);
    });
    expect(found).toEqual([]);
    expect(asked.size).toBeGreaterThan(150);
  });

  test('on examples with elements removed, repeated and replaced', () => {
    const found = inExamples((subject, context) => differences(subject, mutants(context)));
    expect(found).toEqual([]);
  });
});

/** Visits a fair sample of all places in all examples where an invariant is evaluated. */
function inExamples(visit: (subject: Subject, context: Context) => string[]): string[] {
  const byPath = [...Map.groupBy(allPlaces(), ({ path }) => path)];
  const places = new Map(
    byPath.map(([path, all]) => [path, Map.groupBy(all, ({ type }) => type)] as const),
  );
  const made = new Map<Invariant, Subject>();
  const counts = new Map<string, number>();
  const found: string[] = [];
  for (const resource of examples) {
    walk(resource, (path, type, context) => {
      for (const invariant of places.get(path)?.get(type) ?? []) {
        const count = counts.get(invariant.expression) ?? 0;
        if (count >= CONTEXTS_MAX) continue;
        const subject = made.get(invariant) ?? subjectOf(invariant);
        made.set(invariant, subject);
        if (subject.seen >= CONTEXTS_AT_A_PLACE_MAX) continue;
        counts.set(invariant.expression, count + 1);
        found.push(...visit(subject, context));
      }
    });
  }
  return found;
}

test('compiled invariants accept any JSON without throwing', () => {
  const next = seededRandom(SEED).next;
  const unprintable = { toString: 1, valueOf: 1 };
  const wrong = [null, [], {}, [null], [{}], [[1]], '', 'x', 0, true, { a: null }, unprintable];
  const pick = () => wrong[Math.floor(next() * wrong.length)];
  for (const { invariant, ours } of subjects) {
    const generator = new Generator(invariant, next);
    for (let run = 0; run < cases(4, 40); run += 1) {
      for (const context of generator.contexts()) {
        const res = damaged(context.res, pick, next);
        const root = damaged(context.root, pick, next);
        const at = { ...context, n: damaged(context.n, pick, next), res, root };
        expect(typeof ours(at)).toBe('boolean');
      }
    }
  }
});

/** All examples, but few conformance definitions, which are many, large and alike. */
function readExamples(): Record<string, unknown>[] {
  const isLarge = /^(SearchParameter|ValueSet|CodeSystem|StructureDefinition|ConceptMap)-/;
  const files = readdirSync(folder).filter((file) => /^[A-Z].*\.json$/.test(file));
  const few =
    /^(SearchParameter-Patient-|ValueSet-b|CodeSystem-ex|StructureDefinition-(Age|ipn|us-))/;
  return files
    .filter((file) => !isLarge.test(file) || few.test(file))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
}

/** Variants of the context: each property removed, doubled, or with another value. */
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

/** A copy with some values of the wrong shape. Never null itself, which the caller excludes. */
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
