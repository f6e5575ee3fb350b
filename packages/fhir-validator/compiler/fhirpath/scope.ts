/** The state of the compilation of one expression. */
import type { TypeModel } from '../type-model.ts';
import type { Collection, Single } from './collection.ts';

export interface Compilation {
  readonly types: TypeModel;
  /** Names that the code takes from fhir/runtime/. */
  readonly runtime: Set<string>;
  /** Module-level constants that the code uses: name to initializer. */
  readonly constants: Map<string, string>;
  variables: number;
  /** Name of the constant with a value set's codes, where they are decided. */
  readonly valueSet?: (canonical: string) => string | undefined;
}

/** The meaning of names inside an expression or a lambda (`where(…)`). */
export interface Scope {
  readonly compilation: Compilation;
  readonly focus: Collection;
  /** The item that the whole expression is about: `%context`. */
  readonly context: Single;
  readonly resource: Single;
  readonly rootResource: Single;
  /** In the context of an extension: that extension. */
  readonly extension?: Single;
}

/** Uses a function of the runtime: registers its name and returns it. */
export function runtime({ compilation }: Scope, name: string): string {
  compilation.runtime.add(name);
  return name;
}

export function freshVariable({ compilation }: Scope, prefix: string): string {
  compilation.variables += 1;
  return `${prefix}${compilation.variables}`;
}
