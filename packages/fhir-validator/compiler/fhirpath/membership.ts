/** `in`, `contains` and `intersect()`: equality with some item. */
import type { Expression } from './ast.ts';
import { boolean, type Collection, definite, type Item, listCode, some } from './collection.ts';
import { equalTest } from './compare.ts';
import { not, TRUE, text } from './js.ts';
import { onlyOne } from './navigate.ts';
import { runtime, type Scope } from './scope.ts';

const OWNERS: Readonly<Record<string, string>> = {
  resource: 'res',
  rootResource: 'root',
  context: 'n',
};

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

/** JavaScript test that some item of `of`, which `ofExpression` compiled to, equals `item`. */
export function memberTest(
  item: Item,
  of: Collection,
  ofExpression: Expression,
  scope: Scope,
): string {
  const constant = constantPath(ofExpression);
  if (constant === undefined || of.kind === 'single') {
    return some(of, (other) => equalTest(item, other, scope));
  }
  // Tested for every item of a loop, and there may be 100,000 of both, so a set is made once.
  const { owner, path } = constant;
  const args = `${item.value}, ${owner}, ${text(path)}, () => ${listCode(of)}`;
  return `${runtime(scope, 'isMember')}(${args})`;
}

/** A path from `%resource` and the like: the same for every item of whatever loop it is in. */
function constantPath(expression: Expression): { owner: string; path: string } | undefined {
  if (expression.kind === 'constant') {
    const owner = OWNERS[expression.name];
    return owner === undefined ? undefined : { owner, path: '' };
  }
  if (expression.kind === 'call' && expression.name === 'trace' && expression.of) {
    return constantPath(expression.of);
  }
  if (expression.kind !== 'member' || expression.of === undefined) return undefined;
  const parent = constantPath(expression.of);
  return parent && { owner: parent.owner, path: `${parent.path}.${expression.name}` };
}
