/**
 * Emits the whole generated module: imports from the runtime, value sets, kinds, types, resources.
 */

import type { Selections } from '../runtime/selection.ts';
import type { Policies } from '../runtime/settings.ts';
import { CodeSets } from './code-sets.ts';
import type { Definitions, Later } from './definitions.ts';
import { checkName } from './emit-element.ts';
import { emitKind, emitType, KINDS } from './emit-type.ts';
import { emitExtensionRules } from './extension-rules.ts';
import { GuideCompiler, type GuideModule } from './guide/guide-compiler.ts';
import { type GuidePackage, Library } from './guide/library.ts';
import { Invariants } from './invariants.ts';
import { knownSystems, writtenSystems } from './known-systems.ts';
import { ruleImports } from './rules.ts';
import { TargetLists } from './target-lists.ts';
import { buildTypeModel } from './type-model.ts';

const IMPORTS = [
  'import {boolean,integer,unsignedInt,positiveInt,decimal,string,code,id,uri,url,canonical,oid,uuid,' +
    "base64Binary,instant,dateTime,date,time,markdown,ownUrl} from '../runtime/primitives.ts';",
  "import {beside,besides,each,many,manyPrimitives,one,siblings} from '../runtime/shapes.ts';",
  "import {also,choice,noted,required,resourceType,typeCheck} from '../runtime/type-check.ts';",
  'import {CodeSet,CodeSystems,advisedCoding,advisedConcept,boundCode,boundCoding,boundConcept,' +
    "systemUri} from '../runtime/bindings.ts';",
  "import {noCode,noCodes} from '../runtime/required-code.ts';",
  "import {open} from '../runtime/open-bindings.ts';",
  "import {languageConcept,languageTag} from '../runtime/languages.ts';",
  "import {xhtml} from '../runtime/xhtml.ts';",
  "import {elementId} from '../runtime/element-id.ts';",
  "import {extensions} from '../runtime/extensions.ts';",
  "import {dispatch} from '../runtime/resources.ts';",
  "import {broken,brokenAdvice} from '../runtime/invariants.ts';",
];

export interface GeneratedModule {
  readonly source: string;
  /**
   * Modules that the generated module imports, one per package: its profiles and extensions. `file`
   * is in the same folder.
   */
  readonly guides: readonly (GuideModule & { readonly file: string })[];
  /** Lines that the compiler prints: what was compiled. */
  readonly summary: string[];
}

interface Further {
  readonly dependencies: readonly GuidePackage[];
  readonly selections: Selections;
  /** Prefix of the file names. */
  readonly prefix: string;
}

const NO_SELECTIONS: Selections = { default: {}, sources: {} };

/** Compiles the base definitions, the configured packages and their dependencies. */
export function emitModule(
  base: Definitions,
  configured: readonly GuidePackage[],
  policies: Policies,
  later: Later,
  { dependencies = [], selections = NO_SELECTIONS, prefix = '' }: Partial<Further> = {},
): GeneratedModule {
  const model = buildTypeModel(base.structures);
  const codeSets = new CodeSets(base);
  const invariants = new Invariants(model);
  const targets = new TargetLists();
  const context = { model, codeSets, invariants, targets };
  const kinds = KINDS.map((kind) => emitKind(kind, context));
  const types = [...model.values()].filter((each) => each.kind !== 'resource' || !each.isAbstract);
  const functions = types.map((each) => emitType(each, context));
  const extensions = emitExtensionRules(
    base.structures,
    later.extensions,
    model,
    codeSets,
    invariants,
  );
  const library = new Library(base, [...configured, ...dependencies]);
  const fileOf = (index: number) => `${prefix}guide-${index}.js`;
  const guides = new GuideCompiler(library, later.extensions, model, fileOf)
    .compile(configured)
    .map((each, i) => ({ ...each, file: fileOf(i) }));
  const order = nearestFirst(guides);
  const packages = [...configured, ...dependencies].map(({ definitions }) => definitions);
  const known = knownSystems(base, later.codeSystems, packages);
  const resources = types.filter((each) => each.kind === 'resource').map((each) => each.name);
  const source = [
    '// Generated from the official FHIR R4 definitions by lib/bundle/compile-validator.ts. Do not edit.',
    ...IMPORTS,
    ...ruleImports(),
    ...invariants.imports(),
    ...guides.map(({ file }, i) => `import * as g${i} from './${file}';`),
    "import {profilesByUrl} from '../runtime/profiles.ts';",
    ...[...invariants.constants].map(([name, value]) => `const ${name}=${value};`),
    codeSets.source(),
    targets.source(),
    `const SYSTEMS=new CodeSystems(${JSON.stringify(writtenSystems(known))});`,
    `const EXTENSIONS=new Map([...${extensions.source}${order
      .toReversed()
      .map((i) => `,...g${i}.extensions`)
      .join('')}]);`,
    ...kinds,
    ...functions,
    `export const resources=new Map([${resources.map((each) => `["${each}",${checkName(each)}]`)}]);`,
    `export const profiles=profilesByUrl([${order.map((i) => `...g${i}.profiles`)}]);`,
    `export const policies=${JSON.stringify(policies)};`,
    `export const selections=${JSON.stringify(selections)};`,
    'function resource(n,r){dispatch(n,resources,profiles,r,false);}',
    'function contained(n,r){dispatch(n,resources,profiles,r,true);}',
    '',
  ].join('\n');
  const profileCount = guides.reduce((sum, each) => sum + each.profiles.length, 0);
  const extensionCount = guides.reduce((sum, each) => sum + each.extensionCount, 0);
  return {
    source,
    guides,
    summary: [
      `${resources.length} resource types, ${types.length - resources.length} other types`,
      `${codeSets.size} value sets, ${codeSets.undecided.length} undecided; ${known.length} code systems`,
      `${extensions.count + extensionCount} extensions, ${profileCount} profiles`,
      invariants.summary,
      ...invariants.unsupported.map((each) => `cannot compile ${each}`),
    ],
  };
}

/** Order of precedence: configured packages, then their dependencies, then the base. */
function nearestFirst(guides: readonly unknown[]): number[] {
  return [...guides.keys()].map((i) => (i + 1) % guides.length);
}
