/**
 * Compiles the FHIRPath of extension contexts to JavaScript. The generated code uses `n`, the
 * object that has the extension (for a primitive its `_` sibling), `res` and `root` as in
 * invariants, and `ext`, the extension.
 */
import type { TypeModel } from '../type-model.ts';
import { type Expression, Unsupported } from './ast.ts';
import { type Collection, type Item, type Single, single, some, truth } from './collection.ts';
import { compile } from './compile.ts';
import { type CompiledInvariant, compiled } from './compile-invariant.ts';
import { and, or, TRUE, text } from './js.ts';
import { parse } from './parse.ts';
import type { Compilation, Scope } from './scope.ts';

/**
 * Stands for the value of a primitive, which is not available here. A test that uses it is not
 * compiled.
 */
const VALUE = 'primitiveValue';

/** Compiles a context invariant for an element of that type. */
export function compileCondition(
  expression: string,
  type: string,
  types: TypeModel,
): CompiledInvariant {
  return compiled({ types }, (compilation) => {
    const isPrimitive = types.get(type)?.kind === 'primitive';
    const item = { value: isPrimitive ? VALUE : 'n', sibling: 'n', present: TRUE, types: [type] };
    const focus: Single = { kind: 'single', items: [item] };
    const { isTrue } = truth(compile(parse(expression), scopeOf(compilation, focus)));
    if (isTrue.includes(VALUE)) throw new Unsupported('a condition on the value of a primitive');
    return isTrue;
  });
}

/**
 * Compiles a context of type fhirpath: it selects elements of the resource that has the extension.
 * Published guides also have conditions there. Those are evaluated on the element.
 */
export function compileSelection(expression: string, types: TypeModel): CompiledInvariant {
  return compiled({ types }, (compilation) => {
    const parsed = parse(expression);
    const type = startOf(parsed, types);
    const fromResource = compile(parsed, scopeOf(compilation, single('res', [type ?? 'Resource'])));
    if (isCondition(fromResource)) {
      return truth(compile(parsed, scopeOf(compilation, single('n', [])))).isTrue;
    }
    const isOfType = type === undefined ? TRUE : `res.resourceType === ${text(type)}`;
    return and(isOfType, some(fromResource, isHolder));
  });
}

function scopeOf(compilation: Compilation, focus: Single): Scope {
  return {
    compilation,
    focus,
    context: focus,
    resource: single('res', ['Resource']),
    rootResource: single('root', ['Resource']),
    extension: single('ext', ['Extension']),
  };
}

function isHolder({ value, sibling }: Item): string {
  return or(`${value} === n`, ...(sibling === undefined ? [] : [`${sibling} === n`]));
}

function isCondition(of: Collection): boolean {
  return of.kind === 'single' && of.items.every(({ types }) => types.includes('System.Boolean'));
}

/** The resource type that the path starts with. */
function startOf(expression: Expression, types: TypeModel): string | undefined {
  let first: Expression | undefined = expression;
  while (first !== undefined && 'of' in first && first.of !== undefined) first = first.of;
  const name = first.kind === 'member' ? first.name : '';
  return types.get(name)?.kind === 'resource' ? name : undefined;
}
