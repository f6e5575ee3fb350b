/** Compiles `in`, `contains` and `intersect()`: equality with some item of a collection. */
import type { Expression } from './ast.ts';
import { boolean, type Collection, definite, type Item, listCode, some } from './collection.ts';
import { equalTest } from './compare.ts';
import { fixedValue } from './fixed-value.ts';
import { not, TRUE, text } from './js.ts';
import { onlyOne } from './navigate.ts';
import { runtime, type Scope } from './scope.ts';

/** Empty if there is no item on the left. */
export function membership(
  left: Collection,
  of: Collection,
  ofExpression: Expression,
  scope: Scope,
): Collection {
  const item = onlyOne(left, scope);
  const test = (each: Item) => memberTest(each, of, ofExpression, scope);
  const isTrue = some(item, test);
  const [only] = item.items;
  if (item.items.length === 1 && only?.present === TRUE) return definite(isTrue);
  return boolean(
    isTrue,
    some(item, (each) => not(test(each))),
  );
}

/**
 * JavaScript test whether `item` equals some item of `of`. `ofExpression` is the expression of
 * `of`.
 */
export function memberTest(
  item: Item,
  of: Collection,
  ofExpression: Expression,
  scope: Scope,
): string {
  const fixed = of.kind === 'single' ? undefined : fixedValue(ofExpression);
  if (fixed === undefined) return some(of, (other) => equalTest(item, other, scope));
  // It runs for every item of a loop. Both sides may have 100,000 items, so the runtime makes a set
  // once.
  const { owner, name } = fixed;
  const args = `${item.value}, ${owner}, ${text(name)}, () => ${listCode(of)}`;
  return `${runtime(scope, 'isMember')}(${args})`;
}
