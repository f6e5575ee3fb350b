/** The state of the compilation of one expression. */
import type { TypeModel } from '../type-model.ts';
import type { Collection, Single } from './collection.ts';

export interface Compilation {
  readonly types: TypeModel;
  /** Names of functions of runtime/ that the generated code calls. */
  readonly runtime: Set<string>;
  /** Module-level constants that the generated code uses: name to initializer. */
  readonly constants: Map<string, string>;
  variables: number;
  /** Name of the constant with a value set's codes. Undefined if the codes are not known. */
  readonly valueSet?: (canonical: string) => string | undefined;
  /** A test whether a value conforms to a profile. Undefined if the profile is not loaded. */
  readonly profileTest?: (canonical: string, value: string) => string | undefined;
}

/** What names mean inside an expression or a lambda (`where(…)`). */
export interface Scope {
  readonly compilation: Compilation;
  readonly focus: Collection;
  /** `%context`: the item that the whole expression is about. */
  readonly context: Single;
  readonly resource: Single;
  readonly rootResource: Single;
  /** In the context of an extension: the extension. */
  readonly extension?: Single;
  /** In aggregate(): `$total`. */
  readonly total?: Collection;
  /** In where(), select(), all() and exists(): `$index`. */
  readonly index?: Single;
}

/** Registers a function of the runtime as used, and returns its name. */
export function runtime({ compilation }: Scope, name: string): string {
  compilation.runtime.add(name);
  return name;
}

export function freshVariable({ compilation }: Scope, prefix: string): string {
  compilation.variables += 1;
  return `${prefix}${compilation.variables}`;
}
