/**
 * Emits the limits of values: of their length, size and range, and the pattern that texts must
 * match. R4 has some of them as extensions of an element's definition.
 */
import type { ElementDefinition } from '../definitions.ts';
import { Unsupported } from '../fhirpath/ast.ts';
import { patternCode } from '../fhirpath/patterns.ts';
import { isSame, type Place } from './place.ts';
import { BASE_URL, gap, type ProfileContext, q } from './profile-context.ts';
import { constantOf, type ProfileNode } from './profile-tree.ts';

type Extension = NonNullable<ElementDefinition['extension']>[number];

/** Extensions with a number, and the function of the runtime that compares it. */
const NUMBERS: ReadonlyMap<string, string> = new Map([
  [`${BASE_URL}minLength`, 'tooShort'],
  [`${BASE_URL}maxDecimalPlaces`, 'tooPrecise'],
  [`${BASE_URL}maxSize`, 'tooLarge'],
]);
const REGEX = `${BASE_URL}regex`;

export function emitLimits(
  { definition }: ProfileNode,
  place: Place,
  already: readonly ProfileNode[],
  context: ProfileContext,
): string {
  return [
    ...emitLength(definition, already, context),
    ...emitRange(definition, place, already, context),
    ...(definition.extension ?? []).map((each) => {
      const isKnown = already.some((other) => has(other.definition, each));
      return isKnown ? '' : emitExtension(each, definition, place, context);
    }),
  ].join('');
}

function emitLength(
  { maxLength }: ElementDefinition,
  already: readonly ProfileNode[],
  { urlName }: ProfileContext,
): string[] {
  if (maxLength === undefined) return [];
  const isKnown = already.some((each) => each.definition.maxLength === maxLength);
  return isKnown ? [] : [`tooLong(n,${Number(maxLength)},r,${urlName});`];
}

function emitRange(
  definition: ElementDefinition,
  { type }: Place,
  already: readonly ProfileNode[],
  context: ProfileContext,
): string[] {
  const kinds = [
    ['minValue', 1],
    ['maxValue', -1],
  ] as const;
  return kinds.flatMap(([kind, sign]) => {
    const limit = constantOf(definition, kind);
    if (!limit || already.some((each) => isSame(constantOf(each.definition, kind), limit))) {
      return [];
    }
    const isPrimitive = context.model.get(type)?.kind === 'primitive';
    const isQuantity = typeof limit.value === 'object';
    // A limit that is a duration is relative to now:
    // https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.minValue_x_
    const check = isQuantity ? (isPrimitive ? 'tooFar' : 'outOfBounds') : 'outOfRange';
    const value = context.constants.nameOf(JSON.stringify(limit.value));
    return [`${check}(n,${value},${sign},r,${context.urlName});`];
  });
}

function has({ extension }: ElementDefinition, one: Extension): boolean {
  return extension?.some((each) => isSame(each, one)) === true;
}

/** https://hl7.org/fhir/R4/extension-regex.html, and those of NUMBERS beside it. */
function emitExtension(
  { url, valueInteger, valueDecimal, valueString }: Extension,
  { id, path }: ElementDefinition,
  { type }: Place,
  context: ProfileContext,
): string {
  const check = NUMBERS.get(url);
  const number = valueInteger ?? valueDecimal;
  if (check !== undefined) {
    return number === undefined ? '' : `${check}(n,${Number(number)},r,${context.urlName});`;
  }
  if (url !== REGEX || valueString === undefined) return '';
  try {
    // The digits of a decimal are lost once it is parsed.
    if (type === 'decimal') throw new Unsupported('a decimal, of which only the value is known');
    const pattern = context.constants.nameOf(patternCode(valueString, '', true));
    return `unlike(n,${pattern},${q(valueString)},r,${context.urlName});`;
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
    gap(context, `regex of ${id ?? path}`, error.message);
    return '';
  }
}
