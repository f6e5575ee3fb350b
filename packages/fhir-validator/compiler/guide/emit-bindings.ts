/**
 * Emits the bindings of a profile that are stricter than the base: required ones as errors,
 * extensible ones as warnings.
 */
import type { ElementDefinition } from '../definitions.ts';
import type { Place } from './place.ts';
import { gap, type ProfileContext } from './profile-context.ts';
import type { ProfileNode } from './profile-tree.ts';

const BINDABLE = ['code', 'Coding', 'CodeableConcept', 'Quantity', 'string', 'uri'];
const EXTENSIONS = 'http://hl7.org/fhir/StructureDefinition/';
const MAX_VALUE_SET = `${EXTENSIONS}elementdefinition-maxValueSet`;
const ADDITIONAL = [
  'http://hl7.org/fhir/tools/StructureDefinition/additional-binding',
  `${EXTENSIONS}additional-binding`,
];

interface Binding {
  readonly strength: 'required' | 'extensible';
  readonly valueSet: string;
  /** Extensions alone do not suffice. HL7's validator asks this of the binding itself only. */
  readonly needsCode: boolean;
}

export function emitBindings(
  node: ProfileNode,
  place: Place,
  already: readonly ProfileNode[],
  context: ProfileContext,
): string {
  if (!BINDABLE.includes(place.use?.code ?? place.type)) return '';
  const known = already.flatMap((each) => bindingsOf(each.definition));
  return bindingsOf(node.definition)
    .filter((each) => !isKnown(each, known) && !isOfBase(each, place))
    .map((each) => emitBinding(each, place, context))
    .join('');
}

function emitBinding(
  { strength, valueSet, needsCode }: Binding,
  { type, use }: Place,
  context: ProfileContext,
): string {
  const { codeSets, model, urlName } = context;
  const set = codeSets.nameOf(valueSet);
  const isRequired = strength === 'required';
  const open = set === undefined ? codeSets.openNameOf(valueSet) : '';
  if (isRequired && set === undefined) {
    gap(context, `value set ${valueSet}`, codeSets.whyUndecided(valueSet), true);
  }
  const verb = (use?.code ?? type) === 'Quantity' ? 'requiredUnit' : 'required';
  const ask = `r.asks&&undecided(n,${open},'${strength}',r,'');`;
  // A code that no expansion can have is wrong, whatever a terminology server says.
  const asked = isRequired ? `if(${verb}(n,${open}.bound,r,${urlName}))${ask}` : ask;
  const check =
    set === undefined ? asked : `${isRequired ? verb : 'advised'}(n,${set},r,${urlName});`;
  const isPrimitive = model.get(type)?.kind === 'primitive';
  return needsCode && isPrimitive ? `uncoded(n,x,${set ?? open},r,${urlName});${check}` : check;
}

/** The binding itself, and the bindings that its extensions add. */
function bindingsOf({ binding }: ElementDefinition): Binding[] {
  if (!binding) return [];
  const { strength, valueSet } = binding;
  const own =
    valueSet !== undefined && (strength === 'required' || strength === 'extensible')
      ? [{ strength, valueSet, needsCode: strength === 'required' }]
      : [];
  const more = (binding.extension ?? []).flatMap((each): Binding[] => {
    if (each.url === MAX_VALUE_SET) {
      const max = each.valueCanonical ?? each.valueUri;
      return max === undefined ? [] : [added('required', max)];
    }
    return ADDITIONAL.includes(each.url) ? additional(each.extension ?? []) : [];
  });
  return [...own, ...more];
}

type Parts = NonNullable<NonNullable<ElementDefinition['extension']>[number]['extension']>;

/** Only bindings without a usage: for the others it is unknown whether they apply. */
function additional(parts: Parts): Binding[] {
  const part = (name: string) => parts.find(({ url }) => url === name);
  const valueSet = part('valueSet')?.valueCanonical;
  const purpose = part('purpose')?.valueCode;
  if (valueSet === undefined || part('usage') || part('any')?.valueBoolean) return [];
  if (purpose === 'required' || purpose === 'maximum') return [added('required', valueSet)];
  return purpose === 'extensible' ? [added('extensible', valueSet)] : [];
}

function added(strength: Binding['strength'], valueSet: string): Binding {
  return { strength, valueSet, needsCode: false };
}

function isKnown(binding: Binding, known: readonly Binding[]): boolean {
  return known.some(
    (each) =>
      urlOf(each.valueSet) === urlOf(binding.valueSet) && each.strength === binding.strength,
  );
}

function isOfBase({ strength, valueSet }: Binding, { element }: Place): boolean {
  const base = element?.binding;
  if (strength === 'required' && base?.max !== undefined && urlOf(base.max) === urlOf(valueSet)) {
    return true;
  }
  return base?.strength === strength && urlOf(base.valueSet) === urlOf(valueSet);
}

function urlOf(canonical: string): string {
  return canonical.split('|')[0] ?? canonical;
}
