/** All invariants of the base definitions, compiled and runnable. */

import { packageFolder, readDefinitions } from '../../../fhir/compiler/definitions.ts';
import { compileInvariant } from '../../../fhir/compiler/fhirpath/compile-invariant.ts';
import { buildTypeModel, type TypeModel } from '../../../fhir/compiler/type-model.ts';
import * as fhirpath from '../../../fhir/runtime/fhirpath.ts';
import * as order from '../../../fhir/runtime/fhirpath-order.ts';

export const folder = packageFolder('hl7.fhir.r4.examples');
export const types: TypeModel = buildTypeModel(readDefinitions(folder).structures);

/** Where an invariant is evaluated: see CompiledInvariant for the names. */
export interface Context {
  readonly n: unknown;
  readonly x: unknown;
  readonly res: object;
  readonly root: object;
}

export interface Invariant {
  readonly key: string;
  readonly severity: 'error' | 'warning';
  readonly path: string;
  readonly type?: string;
  readonly expression: string;
}

/** Each expression once for each place: inherited ones only where they are first seen. */
export function allInvariants(): Invariant[] {
  const seen = new Set<string>();
  const all: Invariant[] = [];
  for (const type of types.values()) {
    for (const each of type.constraints) all.push({ ...each, path: type.name });
    for (const element of type.elements) {
      for (const each of element.constraints) {
        for (const use of element.types) all.push({ ...each, path: element.path, type: use.type });
      }
    }
  }
  return all.filter(({ key, expression, type }) => {
    const name = `${key} ${expression} ${type}`;
    return !seen.has(name) && seen.add(name);
  });
}

export type Compiled = (context: Context) => boolean;

/** The compiled expression as a function; throws where the compiler does not support it. */
export function compiled({
  expression,
  path,
  type,
}: Omit<Invariant, 'key' | 'severity'>): Compiled {
  const context = type === undefined ? { path, types } : { path, types, type };
  const result = compileInvariant(expression, context);
  if ('unsupported' in result) throw new Error(`${expression}: ${result.unsupported}`);
  const runtime: Record<string, unknown> = { ...fhirpath, ...order };
  const names = result.runtime.map((name) => [name, runtime[name]] as const);
  const constants = [...result.constants]
    .map(([name, code]) => `const ${name} = ${code};`)
    .join('');
  const make = new Function(
    ...names.map(([name]) => name),
    `${constants} return ({ n, x, res, root }) => ${result.source};`,
  );
  const run: Compiled = make(...names.map(([, value]) => value));
  return (at) => {
    fhirpath.forgetMembers();
    return run(at);
  };
}
