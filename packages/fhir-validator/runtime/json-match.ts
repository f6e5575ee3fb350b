/**
 * Compares values with fixed values and patterns: https://hl7.org/fhir/R4/elementdefinition.html
 */
import { isObject } from './object.ts';

/**
 * Deep equality. The order of members does not matter, and neither do ids: they are handles of elements, unique within
 * a resource, and no part of their values. HL7's validator ignores them too.
 */
export function equals(value: unknown, fixed: unknown): boolean {
  if (Array.isArray(fixed)) {
    return (
      Array.isArray(value) &&
      value.length === fixed.length &&
      fixed.every((each, i) => equals(value[i], each))
    );
  }
  if (!isObject(fixed)) return value === fixed;
  if (!isObject(value)) return false;
  const keys = contentOf(fixed);
  return (
    contentOf(value).length === keys.length &&
    keys.every((key) => Object.hasOwn(value, key) && equals(value[key], fixed[key]))
  );
}

/** The names of the members but for ids: the element's own, and those of primitives, in their `_` siblings. */
function contentOf(value: Record<string, unknown>): string[] {
  return Object.keys(value).filter(
    (key) => key !== 'id' && (!key.startsWith('_') || hasContent(value[key])),
  );
}

function hasContent(sibling: unknown): boolean {
  if (Array.isArray(sibling)) return sibling.some(hasContent);
  return isObject(sibling) ? contentOf(sibling).length > 0 : sibling !== null;
}

/**
 * Whether the value contains everything in the pattern. Each item of an array in the pattern must
 * match some item.
 */
export function matches(value: unknown, pattern: unknown): boolean {
  if (Array.isArray(pattern)) {
    return (
      Array.isArray(value) && pattern.every((each) => value.some((item) => matches(item, each)))
    );
  }
  if (!isObject(pattern)) return value === pattern;
  return (
    isObject(value) &&
    contentOf(pattern).every(
      (key) => Object.hasOwn(value, key) && matches(value[key], pattern[key]),
    )
  );
}
