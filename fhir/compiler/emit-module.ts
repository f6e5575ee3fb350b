/** The whole generated module: imports from the runtime, value sets, kinds, types, resources. */
import type { Policies } from '../runtime/report.ts';
import { CodeSets } from './code-sets.ts';
import type { Definitions, Later, StructureDefinition } from './definitions.ts';
import { checkName } from './emit-element.ts';
import { emitProfile } from './emit-profile.ts';
import { emitKind, emitType, KINDS } from './emit-type.ts';
import { emitExtensionRules } from './extension-rules.ts';
import { Invariants } from './invariants.ts';
import { knownSystems, writtenSystems } from './known-systems.ts';
import { ruleImports } from './rules.ts';
import { TargetLists } from './target-lists.ts';
import { buildTypeModel } from './type-model.ts';

const IMPORTS = [
  'import {boolean,integer,unsignedInt,positiveInt,decimal,string,code,id,uri,url,canonical,oid,uuid,' +
    "base64Binary,instant,dateTime,date,time,markdown} from '../runtime/primitives.ts';",
  'import {beside,besides,choose,many,manyPrimitives,missing,one,siblings,unknownProperty} ' +
    "from '../runtime/shapes.ts';",
  'import {CodeSet,CodeSystems,advisedCoding,advisedCodings,advisedConcept,advisedConcepts,boundCode,' +
    "boundCoding,boundCodings,boundConcept,boundConcepts,noCode,noCodes} from '../runtime/bindings.ts';",
  "import {undecided} from '../runtime/open-bindings.ts';",
  "import {xhtml} from '../runtime/xhtml.ts';",
  "import {elementId} from '../runtime/element-id.ts';",
  "import {extensions} from '../runtime/extensions.ts';",
  "import {dispatch} from '../runtime/resources.ts';",
  "import {broken,brokenAdvice} from '../runtime/invariants.ts';",
];

export interface GeneratedModule {
  readonly source: string;
  /** What was compiled, for the person who runs the compiler. */
  readonly summary: string[];
}

/**
 * Compiles the base definitions, and the profiles and extensions of further packages. Value sets and
 * code systems are looked up in all of them.
 */
export function emitModule(
  base: Definitions,
  packages: readonly Definitions[],
  policies: Policies,
  later: Later,
): GeneratedModule {
  const definitions = union(base, packages);
  const model = buildTypeModel(base.structures);
  const codeSets = new CodeSets(definitions);
  const invariants = new Invariants(model);
  const targets = new TargetLists();
  const notes: string[] = [];
  const context = { model, codeSets, invariants, targets };
  const kinds = KINDS.map((kind) => emitKind(kind, context));
  const types = [...model.values()].filter((each) => each.kind !== 'resource' || !each.isAbstract);
  const functions = types.map((each) => emitType(each, context));
  const extensions = emitExtensionRules(definitions.structures, later.extensions, model, codeSets);
  const constraining = profilesOf(base, packages);
  const typeOf = new Map(constraining.map((each) => [each.url, each.type]));
  const profiles = constraining.flatMap(
    (each) => emitProfile(each, { ...context, typeOf, notes }) ?? [],
  );
  const known = knownSystems(base, later.codeSystems);
  const resources = types.filter((each) => each.kind === 'resource').map((each) => each.name);
  const source = [
    '// Generated from the official FHIR R4 definitions by fhir/compiler/main.ts. Do not edit.',
    ...IMPORTS,
    ...ruleImports(),
    ...invariants.imports(),
    ...[...invariants.constants].map(([name, value]) => `const ${name}=${value};`),
    codeSets.source(),
    targets.source(),
    `const SYSTEMS=new CodeSystems(${JSON.stringify(writtenSystems(known))});`,
    `const EXTENSIONS=new Map(${extensions.source});`,
    ...kinds,
    ...functions,
    `export const resources=new Map([${resources.map((each) => `["${each}",${checkName(each)}]`)}]);`,
    `export const profiles=new Map([${profiles.join(',\n')}]);`,
    `export const policies=${JSON.stringify(policies)};`,
    'function resource(n,r){dispatch(n,resources,profiles,r,false);}',
    'function contained(n,r){dispatch(n,resources,profiles,r,true);}',
    '',
  ].join('\n');
  return {
    source,
    summary: [
      `${resources.length} resource types, ${types.length - resources.length} other types`,
      `${codeSets.size} value sets, ${codeSets.undecided.length} undecided; ${known.length} code systems`,
      `${extensions.count} extensions, ${profiles.length} profiles`,
      invariants.summary,
      ...invariants.unsupported.map((each) => `cannot compile ${each}`),
      ...notes,
    ],
  };
}

function union(base: Definitions, packages: readonly Definitions[]): Definitions {
  const all = [base, ...packages];
  return {
    structures: all.flatMap((each) => each.structures),
    valueSets: new Map(all.flatMap((each) => [...each.valueSets])),
    codeSystems: new Map(all.flatMap((each) => [...each.codeSystems])),
  };
}

function profilesOf(base: Definitions, packages: readonly Definitions[]): StructureDefinition[] {
  return [base, ...packages].flatMap((each) =>
    each.structures.filter((one) => one.derivation === 'constraint' && one.type !== 'Extension'),
  );
}
