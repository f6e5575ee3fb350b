/**
 * `npm run bench:hl7`: HL7's own validator (HAPI, offline) beside ours on the same resources and guides:
 * the official examples of R4, and the examples of each guide. For each resource: do both accept or both
 * reject it? Differences are counted by the rule that one of them names; docs/hl7-agreement.md explains
 * each. Needs Java 17 and Maven. With the start of a group's name as its argument it runs only that one.
 */

import { readExamples } from '../test/packages/fhir-validator/support/examples.ts';
import { compiledGuides } from '../test/packages/fhir-validator/support/profiled.ts';
import { argumentFor, type Side } from './hl7/intended-differences.ts';
import { validateByHl7 } from './hl7/peer.ts';
import { dependencies, dependencyFiles, guides } from './ig/sources.ts';
import { named } from './words.ts';

type Resource = Record<string, unknown>;
type Compiled = Awaited<ReturnType<typeof compiledGuides>>;

interface Group {
  readonly name: string;
  readonly resources: ReadonlyMap<string, Resource>;
  readonly compiled: () => Promise<Compiled>;
  readonly tarballs: readonly string[];
}

/** One of the two rejects it, by these rules, and the other accepts it. */
interface Difference {
  readonly file: string;
  readonly side: Side;
  readonly rules: readonly { readonly rule: string; readonly says: string }[];
}

const TEXT_MAX = 300_000;
const EXAMPLES_SHOWN = 3;
const total = { files: 0, same: 0, argued: 0 };

const official: Group = {
  name: 'R4 examples',
  resources: new Map(
    readExamples()
      .filter(({ text }) => text.length < TEXT_MAX)
      .map(({ file, text }) => [file, JSON.parse(text) as Resource]),
  ),
  compiled: () => compiledGuides([], 'hl7-base', dependencies()),
  tarballs: dependencyFiles(),
};
const published: Group[] = guides().map((guide, i) => ({
  name: guide.name,
  resources: guide.examples,
  compiled: () => compiledGuides(guide.packages, `hl7-${i}`, dependencies()),
  tarballs: [...dependencyFiles(), ...guide.tarballs],
}));

for (const group of named([official, ...published])) await compare(group);
console.log(`\n${summary(total.files, total.same, total.argued)}`);
process.exitCode = total.files > total.same + total.argued ? 1 : 0;

async function compare({ name, resources, compiled, tarballs }: Group): Promise<void> {
  const { validate } = await compiled();
  const theirs = validateByHl7(name.replace(/\W+/g, '-'), [...resources.values()], tarballs);
  const differences = [...resources].flatMap(([file, resource], i): Difference[] => {
    const ours = validate(resource)
      .filter(({ severity }) => severity === 'error')
      .map(({ rule = 'unnamed', expression, text }) => ({ rule, says: `${expression}: ${text}` }));
    const hl7 = (theirs[i] ?? []).map(({ id, at, text }) => ({ rule: id, says: `${at}: ${text}` }));
    if (ours.length > 0 === hl7.length > 0) return [];
    const side = ours.length > 0 ? 'ours' : 'hl7';
    return [{ file, side, rules: side === 'ours' ? ours : hl7 }];
  });
  const open = differences.filter((each) => !isArgued(each));
  const same = resources.size - differences.length;
  console.log(`\n${name}: ${summary(resources.size, same, differences.length - open.length)}`);
  printByRule(differences);
  for (const { file, side, rules } of open) {
    console.log(`  open: ${file}, rejected by ${side}`);
    for (const { rule, says } of rules.slice(0, EXAMPLES_SHOWN)) console.log(`    ${rule} ${says}`);
  }
  total.files += resources.size;
  total.same += same;
  total.argued += differences.length - open.length;
}

/** Every rule that rejects it needs an argument: a rule without one may be right. */
function isArgued({ side, rules }: Difference): boolean {
  return rules.every(({ rule, says }) => argumentFor(side, rule, says) !== undefined);
}

function printByRule(differences: readonly Difference[]): void {
  const counts = new Map<string, number>();
  for (const { side, rules } of differences) {
    const arguments_ = rules.map(({ rule, says }) => argumentFor(side, rule, says)?.because);
    for (const each of new Set(arguments_)) {
      if (each !== undefined) counts.set(each, (counts.get(each) ?? 0) + 1);
    }
  }
  for (const [because, count] of counts) console.log(`  argued, ${count}: ${because}`);
}

function summary(files: number, same: number, argued: number): string {
  const share = (count: number) => `${((count * 100) / files).toFixed(1)} %`;
  const open = files - same - argued;
  return `${files} files, ${share(same)} with the same verdict, ${share(argued)} argued, ${open} open`;
}
