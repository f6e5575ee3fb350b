/** All invariants of the base definitions, compiled and runnable. */

import { compileInvariant } from '../../../../packages/fhir-validator/compiler/fhirpath/compile-invariant.ts';
import * as fhirpath from '../../../../packages/fhir-validator/runtime/fhirpath.ts';
import * as arithmetic from '../../../../packages/fhir-validator/runtime/fhirpath-arithmetic.ts';
import * as conversions from '../../../../packages/fhir-validator/runtime/fhirpath-conversions.ts';
import * as dates from '../../../../packages/fhir-validator/runtime/fhirpath-dates.ts';
import * as equivalence from '../../../../packages/fhir-validator/runtime/fhirpath-equivalence.ts';
import * as order from '../../../../packages/fhir-validator/runtime/fhirpath-order.ts';
import * as texts from '../../../../packages/fhir-validator/runtime/fhirpath-text.ts';
import { types } from '../support/base-definitions.ts';

/** Where an invariant is evaluated: see CompiledInvariant for the names. */
export interface Context {
  readonly n: unknown;
  readonly x: unknown;
  readonly res: object;
  readonly root: object;
  /** The report, of which `now()` reads the settings. */
  readonly r?: unknown;
}

export interface Invariant {
  readonly key: string;
  readonly severity: 'error' | 'warning';
  readonly path: string;
  readonly type?: string;
  readonly expression: string;
}

/** Every constraint at every place that has it, inherited ones too. */
export function allPlaces(): Invariant[] {
  return [...types.values()].flatMap((type) => [
    ...type.constraints.map((each) => ({ ...each, path: type.name })),
    ...type.elements.flatMap(({ constraints, path, types: uses }) =>
      constraints.flatMap((each) => uses.map((use) => ({ ...each, path, type: use.type }))),
    ),
  ]);
}

/** Each expression at the first place that has it. */
export function allInvariants(): Invariant[] {
  const byName = new Map<string, Invariant>();
  for (const each of allPlaces()) {
    const name = `${each.key} ${each.expression} ${each.type}`;
    if (!byName.has(name)) byName.set(name, each);
  }
  return [...byName.values()];
}

export type Compiled = (context: Context) => boolean;

/** The compiled expression as a function. Throws if the compiler does not support it. */
export function compiled({
  expression,
  path,
  type,
}: Omit<Invariant, 'key' | 'severity'>): Compiled {
  const context = type === undefined ? { path, types } : { path, types, type };
  const result = compileInvariant(expression, context);
  if ('unsupported' in result) throw new Error(`${expression}: ${result.unsupported}`);
  const runtime: Record<string, unknown> = {
    ...fhirpath,
    ...arithmetic,
    ...conversions,
    ...dates,
    ...order,
    ...texts,
    ...equivalence,
  };
  const names = result.runtime.map((name) => [name, runtime[name]] as const);
  const constants = [...result.constants]
    .map(([name, code]) => `const ${name} = ${code};`)
    .join('');
  const make = new Function(
    ...names.map(([name]) => name),
    `${constants} return ({ n, x, res, root, r }) => ${result.source};`,
  );
  const run: Compiled = make(...names.map(([, value]) => value));
  return (at) => {
    fhirpath.forgetMembers();
    return run(at);
  };
}
