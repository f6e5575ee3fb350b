/**
 * Emits the constraints that a profile has for one value, as statements. They use `n` (the value),
 * `x` (a primitive's sibling) and `r` (the report). Not emitted: constraints of the base types,
 * which other code checks, and those of the nodes in `already`, which are checked for the same
 * value.
 */
import { type Constraint, constraintsOf } from '../type-model.ts';
import { fixedTest, patternTest } from './constants.ts';
import { keeps } from './discriminator-nodes.ts';
import { emitBindings } from './emit-bindings.ts';
import { emitElement } from './emit-element.ts';
import { emitLimits } from './emit-limits.ts';
import { emitTypes } from './emit-types.ts';
import { isSame, onlyResourceType, type Place } from './place.ts';
import { gap, type ProfileContext, q } from './profile-context.ts';
import { constantOf, type ProfileNode } from './profile-tree.ts';

export function emitContent(
  node: ProfileNode,
  place: Place,
  already: readonly ProfileNode[],
  context: ProfileContext,
): string {
  return [
    emitConstants(node, place, already, context),
    emitLimits(node, place, already, context),
    emitBindings(node, place, already, context),
    emitTypes(node, place, already, context),
    emitInvariants(node, place, already, context),
    emitElements(node, place, already, context),
  ].join('');
}

/** A primitive that has only extensions has no value that could be another one, as in HL7's validator. */
function emitConstants(
  { definition }: ProfileNode,
  { type }: Place,
  already: readonly ProfileNode[],
  context: ProfileContext,
): string {
  const { urlName, constants, model } = context;
  const isThere = model.get(type)?.kind === 'primitive' ? 'n!==undefined&&n!==null&&' : '';
  return (['fixed', 'pattern'] as const)
    .map((kind) => {
      const constant = constantOf(definition, kind);
      if (
        !constant ||
        already.some((each) => isSame(constantOf(each.definition, kind), constant))
      ) {
        return '';
      }
      const { value } = constant;
      const test = kind === 'fixed' ? fixedTest(value, 'n', constants) : patternTest(value, 'n');
      const verb = kind === 'fixed' ? 'is fixed to' : 'must have';
      const said = constants.nameOf(q(`the value ${verb} ${shown(value)}`));
      return `if(${isThere}!(${test}))mismatch(r,${urlName},"${kind}",${said});`;
    })
    .join('');
}

/** Emits the invariants that neither the base type nor the nodes in `already` have. */
function emitInvariants(
  node: ProfileNode,
  place: Place,
  already: readonly ProfileNode[],
  context: ProfileContext,
): string {
  const { model, invariants, rootType } = context;
  const known = [
    ...(model.get(place.type)?.constraints ?? []),
    ...(place.element?.constraints ?? []),
    ...already.flatMap((each) => constraintsOf(each.definition)),
  ].map(({ key }) => key);
  const added = constraintsOf(node.definition).filter(({ key }) => !known.includes(key));
  return added.map((each) => emitInvariant(each, node, place, context)).join('');

  function emitInvariant(
    constraint: Constraint,
    { definition }: ProfileNode,
    { type }: Place,
    within: ProfileContext,
  ): string {
    const before = invariants.unsupported.length;
    const source = invariants.emit([constraint], rootType, type, {
      valueSet: (canonical) => within.codeSets.nameOf(canonical),
      profileTest: (canonical, value) => keeps(value, [canonical], within),
    });
    for (const why of invariants.unsupported.slice(before)) {
      const what = `invariant ${constraint.key} of ${definition.id ?? definition.path}`;
      gap(within, what, why, invariants.isUndecided);
    }
    invariants.unsupported.length = before;
    return source === '' ? '' : `{${source}}`;
  }
}

function emitElements(
  node: ProfileNode,
  place: Place,
  already: readonly ProfileNode[],
  context: ProfileContext,
): string {
  const resourceType = onlyResourceType(place.type, node);
  const type = context.model.get(resourceType ?? place.type);
  if (!type) return '';
  const isPrimitive = type.kind === 'primitive';
  const inner = resourceType === undefined ? context : contextOf(resourceType, context);
  const source = node.elements
    .filter(({ name }) => !isPrimitive || name !== 'value')
    .map((each) => {
      const beside = already.flatMap(({ elements }) =>
        elements.filter(({ name }) => name === each.name),
      );
      return emitElement(each, type, beside, inner);
    })
    .join('');
  if (resourceType !== undefined && source !== '') return within(resourceType, source, place);
  // Only the sibling of a primitive has elements.
  return isPrimitive && source !== '' ? `{const n=x;${source}}` : source;
}

/** Of a resource within a resource: its invariants have it as `%resource`. */
function contextOf(rootType: string, context: ProfileContext): ProfileContext {
  const own: ProfileContext = {
    ...context,
    rootType,
    content: (node, place, already) => emitContent(node, place, already, own),
  };
  return own;
}

/** For a resource within a resource. One of another type is an issue of its own. */
function within(type: string, source: string, { element }: Place): string {
  const isContained = element?.name === 'contained';
  return `if(n?.resourceType===${q(type)})inside(n,r,(n,r)=>{${source}},${isContained});`;
}

const SHOWN_MAX = 120;

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}
