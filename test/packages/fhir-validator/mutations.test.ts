import { describe, expect, test } from 'vitest';
import { validateResource } from '../../../packages/fhir-validator/validator.ts';
import { cases } from '../../support/long-search.ts';
import { types as model } from './support/base-definitions.ts';
import { readExamples } from './support/examples.ts';
import { MUTATIONS, type Mutation } from './support/mutations.ts';
import { type Json, parentIn, type Site, sitesOf } from './support/sites.ts';

/** How many sites of each mutation, for every element of the model. */
const SITES_MAX = cases(1, 3);
const TEXT_MAX = 60_000;

const subjects = readExamples()
  .filter(({ text }) => text.length < TEXT_MAX)
  .map(({ file, text }) => ({ file, root: JSON.parse(text) as Json }))
  .filter(({ root }) => validateResource(root).issues.every((each) => each.severity !== 'error'))
  .map(({ file, root }) => ({ file, root, sites: sitesOf(root, model) }));

describe('every way to break an accepted example is found, at the right place', () => {
  test('the examples cover the specification', () => {
    const covered = new Set(subjects.map(({ root }) => root['resourceType']));
    const elements = new Set(
      subjects.flatMap(({ sites }) => sites.map((each) => each.element.path)),
    );
    expect(covered.size).toBeGreaterThan(120);
    expect(elements.size).toBeGreaterThan(2500);
    expect(MUTATIONS.length).toBeGreaterThanOrEqual(30);
  });

  test.each(MUTATIONS)('$name', (mutation) => {
    const { applied, missed } = run(mutation);
    expect(missed).toEqual([]);
    expect(applied).toBeGreaterThan(0);
  });
});

function run(mutation: Mutation): { applied: number; missed: string[] } {
  const counts = new Map<string, number>();
  const missed: string[] = [];
  let applied = 0;
  for (const { file, root, sites } of subjects) {
    for (const site of sites) {
      const name = `${site.parentType}.${site.key}`;
      const count = counts.get(name) ?? 0;
      if (count >= SITES_MAX) continue;
      const broken = breakAt(root, site, mutation);
      if (!broken) continue;
      counts.set(name, count + 1);
      applied++;
      const { issues } = validateResource(broken.root, { issuesMax: 1000 });
      const isFound = issues.some(
        (each) => each.severity === 'error' && each.expression === broken.expected,
      );
      if (!isFound && missed.length < 10) {
        missed.push(`${file} at ${broken.expected}: ${JSON.stringify(issues.slice(0, 2))}`);
      }
    }
  }
  return { applied, missed };
}

/** A copy of the root with the one break in it, or undefined if it does not apply. */
function breakAt(root: Json, site: Site, mutation: Mutation) {
  // Most do not apply, so each is tried on the parent alone before the whole is copied.
  if (mutation.apply({ ...parentIn(root, site) }, site) === undefined) return undefined;
  const copy = structuredClone(root);
  const expected = mutation.apply(parentIn(copy, site), site);
  return expected === undefined ? undefined : { root: copy, expected };
}
