/**
 * Emits the invariants of a type or an element, with the imports and constants that they need.
 * Leaves out those that hand-written code checks better than their expressions.
 */

import * as fhirpath from '../runtime/fhirpath.ts';
import * as arithmetic from '../runtime/fhirpath-arithmetic.ts';
import * as conversions from '../runtime/fhirpath-conversions.ts';
import * as dates from '../runtime/fhirpath-dates.ts';
import * as equivalence from '../runtime/fhirpath-equivalence.ts';
import * as order from '../runtime/fhirpath-order.ts';
import * as texts from '../runtime/fhirpath-text.ts';
import * as resolve from '../runtime/resolve.ts';
import { compileCondition, compileSelection } from './fhirpath/compile-context.ts';
import {
  type CompiledInvariant,
  compileInvariant,
  type InvariantLookUp,
} from './fhirpath/compile-invariant.ts';
import type { Constraint, TypeModel } from './type-model.ts';

/**
 * Checked by code in runtime/ and rules/: extensions (ext-1), narrative (txt), local references
 * (ref-1), contained resources (dom-2 to dom-5) and the lack of a narrative (dom-6).
 */
const ELSEWHERE = new Set([
  'ext-1',
  'txt-1',
  'txt-2',
  'ref-1',
  'dom-2',
  'dom-3',
  'dom-4',
  'dom-5',
  'dom-6',
]);

/** The file of each function that compiled expressions call. */
const RUNTIME: ReadonlyMap<string, string> = new Map([
  ...Object.keys(fhirpath).map((name) => [name, 'fhirpath.ts'] as const),
  ...Object.keys(arithmetic).map((name) => [name, 'fhirpath-arithmetic.ts'] as const),
  ...Object.keys(conversions).map((name) => [name, 'fhirpath-conversions.ts'] as const),
  ...Object.keys(dates).map((name) => [name, 'fhirpath-dates.ts'] as const),
  ...Object.keys(texts).map((name) => [name, 'fhirpath-text.ts'] as const),
  ...Object.keys(resolve).map((name) => [name, 'resolve.ts'] as const),
  ...Object.keys(order).map((name) => [name, 'fhirpath-order.ts'] as const),
  ...Object.keys(equivalence).map((name) => [name, 'fhirpath-equivalence.ts'] as const),
]);

/** The text of a function, or the reason why there is none. */
export type Emitted = { readonly source: string } | { readonly why: string };

export class Invariants {
  readonly #model: TypeModel;
  readonly #done = { error: 0, warning: 0 };
  /** Functions of the runtime and module-level constants that the compiled code uses. */
  readonly runtime = new Set<string>();
  readonly constants = new Map<string, string>();
  readonly unsupported: string[] = [];
  /** Whether a terminology server could decide the last unsupported invariant. */
  isUndecided = false;

  constructor(model: TypeModel) {
    this.#model = model;
  }

  /** Emits statements. They use `n`, `x` (a primitive's sibling) and `r` (the report). */
  emit(
    constraints: readonly Constraint[],
    path: string,
    type?: string,
    lookUp: InvariantLookUp = {},
  ): string {
    const checks = constraints.flatMap((each) => {
      if (ELSEWHERE.has(each.key)) return [];
      const compiled = compileInvariant(each.expression, {
        path,
        types: this.#model,
        ...(type === undefined ? {} : { type }),
        ...lookUp,
      });
      if ('unsupported' in compiled) {
        this.unsupported.push(`${each.key}: ${compiled.unsupported}`);
        this.isUndecided = compiled.isUndecided;
        return [];
      }
      const absent = this.#register(compiled);
      if (absent !== undefined) {
        this.unsupported.push(`${each.key}: ${absent}`);
        return [];
      }
      this.#done[each.severity]++;
      const report = each.severity === 'error' ? 'broken' : 'brokenAdvice';
      return [`if(!(${compiled.source}))${report}(r,${q(each.key)},${q(each.human)});`];
    });
    const source = checks.join('\n');
    const locals = [
      ...(/\bres\b/.test(source) ? ['res=r.resource'] : []),
      ...(/\broot\b/.test(source) ? ['root=r.root'] : []),
    ];
    return locals.length > 0 ? `const ${locals.join(',')};\n${source}` : source;
  }

  /** Emits a test of an element of that type that has an extension. */
  emitCondition(expression: string, type: string): Emitted {
    return this.#emitted(expression, compileCondition(expression, type, this.#model));
  }

  /** Emits a test whether the expression selects the element that has an extension. */
  emitSelection(expression: string): Emitted {
    return this.#emitted(expression, compileSelection(expression, this.#model));
  }

  #emitted(expression: string, compiled: CompiledInvariant): Emitted {
    const why = 'unsupported' in compiled ? compiled.unsupported : this.#register(compiled);
    if (why !== undefined || 'unsupported' in compiled) return { why: `${expression}: ${why}` };
    return { source: `(n,res,root,ext,r)=>${compiled.source}` };
  }

  /** @returns the reason if it cannot be compiled */
  #register({ runtime, constants }: Exclude<CompiledInvariant, { unsupported: string }>) {
    const absent = runtime.find((name) => !RUNTIME.has(name));
    if (absent !== undefined) return `the runtime has no function ${absent}`;
    for (const name of runtime) this.runtime.add(name);
    for (const [name, source] of constants) this.constants.set(name, source);
    return undefined;
  }

  /** Import statements for the functions that the compiled code uses. */
  imports(): string[] {
    const byFile = Map.groupBy(this.runtime, (name) => RUNTIME.get(name) ?? '');
    return [...byFile].map(([file, names]) => `import {${names}} from '../runtime/${file}';`);
  }

  get summary(): string {
    const { error, warning } = this.#done;
    return `${error} invariants of severity error, ${warning} of severity warning compiled`;
  }
}

function q(text: string): string {
  return JSON.stringify(text);
}
