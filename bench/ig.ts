/**
 * `npm run bench:ig`: implementation guides as published. Of each: what is compiled and what is left
 * out, whether its own examples are accepted, whether mutants that break one of its constraints are
 * rejected at the element, snapshots beside the published ones, and what the profiles cost. With the
 * start of a guide's name as its argument only that one.
 */

import { Library } from '../packages/fhir-validator/compiler/guide/library.ts';
import { WHOLE } from '../packages/fhir-validator/compiler/guide/profile-tree-gap.ts';
import { Snapshots } from '../packages/fhir-validator/compiler/guide/snapshot.ts';
import { shown } from '../packages/fhir-validator/compiler/package-report.ts';
import { buildTypeModel } from '../packages/fhir-validator/compiler/type-model.ts';
import { expandValueSet } from '../packages/fhir-validator/compiler/value-sets.ts';
import { base } from '../test/packages/fhir-validator/support/base-definitions.ts';
import { compiledGuides } from '../test/packages/fhir-validator/support/profiled.ts';
import { type Mutant, mutantsOf } from './ig/mutants.ts';
import { compareSnapshots } from './ig/snapshots.ts';
import { dependencies, type Guide, guides } from './ig/sources.ts';
import { sharesOf, speedOf } from './ig/speed.ts';
import { named } from './words.ts';

type Json = Record<string, unknown>;
type Compiled = Awaited<ReturnType<typeof compiledGuides>>;

/** Mutants of one kind at one element of one profile. */
const PER_CONSTRAINT = 2;
const SHOWN_MAX = 8;

const model = buildTypeModel(base.structures);
const deps = dependencies();
const baseKeys = new Set(
  base.structures
    .filter(({ derivation }) => derivation !== 'constraint')
    .flatMap(({ snapshot }) => snapshot?.element ?? [])
    .flatMap(({ constraint }) => constraint ?? [])
    .map(({ key }) => key),
);
let missedMutants = 0;

for (const [i, guide] of named(guides()).entries()) {
  const started = performance.now();
  const compiled = await compiledGuides(guide.packages, `ig-${i}`, deps);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`\n${guide.name}, compiled in ${seconds} s`);
  for (const { label, source, profiles, extensionCount } of compiled.guides.slice(1)) {
    const size = `${Math.round(source.length / 1024)} KB`;
    console.log(`  ${label}: ${profiles.length} profiles, ${extensionCount} extensions, ${size}`);
  }
  printGaps(compiled);
  printExamples(guide, compiled);
  printMutants(guide, compiled);
  printSnapshots(guide);
  printSpeed(guide, compiled);
}
process.exitCode = missedMutants > 0 ? 1 : 0;

function printGaps({ gaps }: Compiled): void {
  const byRule = Map.groupBy(gaps, ({ what, why }) => `${what}: ${why}`);
  for (const isOpen of [false, true]) {
    const rules = [...byRule].filter(([, of]) => of[0]?.isOpen === isOpen);
    console.log(
      `  ${isOpen ? 'left open, and said at run time' : 'not enforced'}: ${rules.length}`,
    );
    for (const [rule, of] of rules) {
      const [first] = of;
      const more = of.length > 1 ? ` (and ${of.length - 1} more profiles)` : '';
      console.log(`    ${first ? shown(first) : rule}${more}`);
    }
  }
}

function errorsOf({ validate }: Compiled, resource: Json) {
  return validate(resource).filter(({ severity }) => severity === 'error');
}

function printExamples({ examples }: Guide, compiled: Compiled): void {
  const rejected = [...examples].flatMap(([file, resource]) => {
    const errors = errorsOf(compiled, resource);
    return errors.length > 0 ? [{ file, errors }] : [];
  });
  console.log(`  ${examples.size} examples, ${examples.size - rejected.length} accepted`);
  for (const { file, errors } of rejected) {
    const rules = new Set(errors.map(({ text, expression }) => `${expression}: ${text}`));
    console.log(`    ${file}`, ...[...rules].slice(0, 2).map((each) => `\n      ${each}`));
  }
}

function printMutants({ packages, examples }: Guide, compiled: Compiled): void {
  const library = new Library(base, [...packages, ...deps]);
  const counts = new Map<string, number>();
  const made = new Map<string, number>();
  const missed: string[] = [];
  const snapshotsOf = new Map(
    packages.map((each) => [
      each,
      new Snapshots((canonical) => library.structure(canonical, each)?.structure),
    ]),
  );
  const definitionsOf = new Map(packages.map((each) => [each, library.definitionsFor(each)]));
  for (const [file, example] of examples) {
    if (errorsOf(compiled, example).length > 0) continue;
    for (const url of profilesOf(example)) {
      const from = packages.find((each) =>
        each.definitions.structures.some((one) => one.url === url),
      );
      const structure = from && library.structure(url, from)?.structure;
      if (!structure || structure.type !== example['resourceType']) continue;
      if (compiled.gaps.some(({ profile, what }) => profile === url && what === WHOLE)) continue;
      const tree = snapshotsOf.get(from)?.treeOf(structure);
      const definitions = definitionsOf.get(from);
      const isDecided = (valueSet: string) =>
        definitions !== undefined && (expandValueSet(valueSet, definitions)?.size ?? 0) > 0;
      const isWanted = (kind: string, at: string) => {
        const key = `${url} ${kind} ${at}`;
        const count = counts.get(key) ?? 0;
        counts.set(key, count + 1);
        return count < PER_CONSTRAINT;
      };
      for (const mutant of tree
        ? mutantsOf(example, tree, { typesAt, isBase, isWanted, isDecided })
        : []) {
        made.set(mutant.kind, (made.get(mutant.kind) ?? 0) + 1);
        const said = missing(mutant, compiled);
        if (said !== undefined) missed.push(`${file} ${mutant.kind} ${mutant.at}: ${said}`);
      }
    }
  }
  const total = [...made.values()].reduce((sum, each) => sum + each, 0);
  console.log(`  ${total} mutants, ${total - missed.length} rejected at the element`);
  console.log(`    ${[...made].map(([kind, count]) => `${kind} ${count}`).join(', ')}`);
  for (const each of missed.slice(0, 20)) console.log(`    missed: ${each}`);
  missedMutants += missed.length;
}

function profilesOf(example: Json): string[] {
  const meta = example['meta'] as { profile?: readonly string[] } | undefined;
  return (meta?.profile ?? []).map((each) => each.split('|')[0] ?? each);
}

function isBase(key: string): boolean {
  return baseKeys.has(key);
}

function typesAt(path: string): readonly string[] {
  const parent = model.get(path.slice(0, path.lastIndexOf('.')));
  const element = parent?.elements.find((each) => each.path === path);
  return element?.types.map(({ code }) => code) ?? [];
}

/** The issues that were found instead. Undefined if the mutant was rejected as expected. */
function missing({ resource, expected }: Mutant, compiled: Compiled): string | undefined {
  const errors = errorsOf(compiled, resource);
  if (errors.some(({ expression }) => expression === expected)) return undefined;
  const found = errors.map(({ expression, text }) => `${expression} (${text})`);
  return `expected at ${expected}, found ${found.slice(0, 2).join(', ') || 'nothing'}`;
}

function printSnapshots({ packages }: Guide): void {
  const library = new Library(base, [...packages, ...deps]);
  for (const each of packages) {
    const { structures } = each.definitions;
    const published = structures.filter(
      ({ snapshot, derivation }) => snapshot && derivation === 'constraint',
    );
    if (published.length === 0) continue;
    const snapshots = new Snapshots((canonical) => library.structure(canonical, each)?.structure);
    const { equal, differences } = compareSnapshots(published, snapshots);
    console.log(`  ${equal} of ${published.length} snapshots are made as published`);
    for (const difference of differences.slice(0, SHOWN_MAX)) console.log(`    ${difference}`);
    const more = differences.length - SHOWN_MAX;
    if (more > 0) console.log(`    and ${more} more`);
  }
}

function printSpeed(guide: Guide, compiled: Compiled): void {
  const resources = [...guide.examples.values()];
  const { without, kept } = speedOf(resources, compiled.validate);
  const share = (kept / without).toFixed(2);
  const [a, b] = [without, kept].map((each) => Math.round(each).toLocaleString('en'));
  console.log(`  ${a} examples a second without their profiles, ${b} with: ${share}`);
  if (!guide.name.startsWith('US Core')) return;
  for (const line of sharesOf(compiled.profiles, 'us-core-', compiled.validate)) {
    console.log(`  ${line}`);
  }
}
