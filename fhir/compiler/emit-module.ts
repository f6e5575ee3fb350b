/** The whole generated module: imports from the runtime, value sets, kinds, types, resources. */
import { CodeSets } from './code-sets.ts';
import type { Definitions } from './definitions.ts';
import { checkName } from './emit-element.ts';
import { emitKind, emitType, KINDS } from './emit-type.ts';
import { Invariants } from './invariants.ts';
import { buildTypeModel } from './type-model.ts';

const PRIMITIVES =
  'boolean,integer,unsignedInt,positiveInt,decimal,string,code,id,uri,url,canonical,oid,uuid,' +
  'base64Binary,instant,dateTime,date,time,markdown';

export interface GeneratedModule {
  readonly source: string;
  /** What was compiled, for the person who runs the compiler. */
  readonly summary: string[];
}

export function emitModule(definitions: Definitions): GeneratedModule {
  const model = buildTypeModel(definitions.structures);
  const codeSets = new CodeSets(definitions);
  const types = [...model.values()].filter((each) => each.kind !== 'primitive');
  const resources = types.filter((each) => each.kind === 'resource' && !each.isAbstract);
  const invariants = new Invariants(model);
  const context = { model, codeSets, invariants };
  const kinds = KINDS.map((kind) => emitKind(kind, context));
  const functions = types
    .filter((each) => each.kind !== 'resource' || !each.isAbstract)
    .map((each) => emitType(each, context));
  const table = resources.map((each) => `[${JSON.stringify(each.name)},${checkName(each.name)}]`);
  const source = [
    '// Generated from the official FHIR R4 definitions by fhir/compiler/main.ts. Do not edit.',
    `import {${PRIMITIVES}} from '../runtime/primitives.ts';`,
    "import {besides,choose,many,manyPrimitives,missing,one,sibling,siblings,unknownProperty} from '../runtime/shapes.ts';",
    "import {CodeSet,boundCode,boundConcept,boundConcepts,noCode} from '../runtime/bindings.ts';",
    "import {xhtml} from '../runtime/xhtml.ts';",
    "import {dispatch} from '../runtime/resources.ts';",
    "import {broken,brokenAdvice} from '../runtime/invariants.ts';",
    ...invariants.imports(),
    ...[...invariants.constants].map(([name, value]) => `const ${name}=${value};`),
    codeSets.source(),
    ...kinds,
    ...functions,
    `export const resources=new Map([${table.join(',\n')}]);`,
    'function resource(n,r){dispatch(n,resources,r);}',
    '',
  ].join('\n');
  return {
    source,
    summary: [
      `${resources.length} resource types, ${types.length - resources.length} data types and backbones`,
      `${codeSets.size} required value sets, ${codeSets.undecided.length} undecided`,
      invariants.summary,
      ...invariants.unsupported.map((each) => `cannot compile ${each}`),
    ],
  };
}
