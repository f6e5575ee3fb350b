/**
 * Compiles one invariant from FHIRPath to JavaScript. "How it is compiled" in
 * packages/fhir-validator/README.md shows an example.
 */
import type { ElementModel, TypeModel } from '../type-model.ts';
import { Undecided, Unsupported } from './ast.ts';
import { type Item, type Single, single, truth } from './collection.ts';
import { compile } from './compile.ts';
import { or, TRUE } from './js.ts';
import { corrected } from './overrides.ts';
import { parse } from './parse.ts';
import type { Compilation, Scope } from './scope.ts';

/** What the loaded packages define. */
export interface InvariantLookUp {
  /** For memberOf(): returns the name of the constant with a value set's codes. */
  readonly valueSet?: (canonical: string) => string | undefined;
  /** For conformsTo(): returns a JavaScript test whether a value conforms to a profile. */
  readonly profileTest?: (canonical: string, value: string) => string | undefined;
}

export interface InvariantContext extends InvariantLookUp {
  /**
   * Path of the element that has the constraint: `Patient`, `Patient.contact`, `HumanName.given`.
   */
  readonly path: string;
  readonly types: TypeModel;
  /** Type of the element's value, if the path does not determine it (a choice). */
  readonly type?: string;
}

export type CompiledInvariant =
  | {
      /**
       * A JavaScript expression: true if the invariant holds, false if it is violated. An empty
       * result counts as violated, as in HL7's validator. It uses `n` (the element's JSON value:
       * not null, but undefined is possible for a primitive), `x` (a primitive's `_` sibling),
       * `res` (%resource) and `root` (%rootResource: the container of a contained resource,
       * otherwise the same as %resource). It is safe for any JSON.
       */
      readonly source: string;
      /** Functions of runtime/ that the expression calls. */
      readonly runtime: readonly string[];
      /**
       * Module-level constants that the expression needs: name to initializer. Equal names have
       * equal initializers.
       */
      readonly constants: ReadonlyMap<string, string>;
    }
  | {
      readonly unsupported: string;
      /** Whether a terminology server could decide it. */
      readonly isUndecided: boolean;
    };

/**
 * Compiles a published expression of type boolean, after the corrections in overrides.ts. If it
 * cannot be compiled, returns the reason.
 */
export function compileInvariant(expression: string, context: InvariantContext): CompiledInvariant {
  return compiled(context, (compilation) => {
    const focus = contextItem(context);
    const scope: Scope = {
      compilation,
      focus,
      context: focus,
      resource: single('res', [resourceType(context)]),
      rootResource: single('root', ['Resource']),
    };
    return truth(compile(parse(corrected(expression)), scope)).isTrue;
  });
}

/** Runs `build` and returns its result with the constants and runtime functions that it uses. */
export function compiled(
  { types, valueSet, profileTest }: Pick<InvariantContext, 'types'> & InvariantLookUp,
  build: (compilation: Compilation) => string,
): CompiledInvariant {
  const compilation: Compilation = {
    types,
    runtime: new Set(),
    constants: new Map(),
    variables: 0,
    ...(valueSet === undefined ? {} : { valueSet }),
    ...(profileTest === undefined ? {} : { profileTest }),
  };
  try {
    const source = build(compilation);
    return { source, runtime: [...compilation.runtime], constants: compilation.constants };
  } catch (error) {
    if (error instanceof Unsupported) {
      return { unsupported: error.message, isUndecided: error instanceof Undecided };
    }
    throw error;
  }
}

function contextItem({ path, type, types }: InvariantContext): Single {
  const names = type === undefined ? typeNames(path, types) : [type];
  const isPrimitive = names.every((name) => types.get(name)?.kind === 'primitive');
  if (!isPrimitive && names.some((name) => types.get(name)?.kind === 'primitive')) {
    throw new Unsupported(`one code for all types of ${path}`);
  }
  const item: Item = isPrimitive
    ? { value: 'n', sibling: 'x', present: or('n !== undefined', 'x !== undefined'), types: names }
    : { value: 'n', present: TRUE, types: names };
  return { kind: 'single', items: [item] };
}

function typeNames(path: string, types: TypeModel): string[] {
  if (types.has(path)) return [path];
  const found = elementAt(path, types);
  if (found === undefined) throw new Unsupported(`path ${path}`);
  return found.types.map((use) => use.type);
}

function elementAt(path: string, types: TypeModel): ElementModel | undefined {
  const at = path.lastIndexOf('.');
  const parent = types.get(path.slice(0, at));
  return parent?.elements.find((element) => element.path === path);
}

/**
 * `%resource` in a data type may be any resource. In an element of a resource it is that resource.
 */
function resourceType({ path, types }: InvariantContext): string {
  const root = path.split('.')[0] ?? path;
  return types.get(root)?.kind === 'resource' ? root : 'Resource';
}
