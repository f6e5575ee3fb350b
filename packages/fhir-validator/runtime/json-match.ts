/**
 * Compares values with fixed values and patterns: https://hl7.org/fhir/R4/elementdefinition.html
 */
import { isObject } from './object.ts';

/** Deep equality. The order of members does not matter. */
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
  const keys = Object.keys(fixed);
  return (
    Object.keys(value).length === keys.length &&
    keys.every((key) => Object.hasOwn(value, key) && equals(value[key], fixed[key]))
  );
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
    Object.entries(pattern).every(
      ([key, each]) => Object.hasOwn(value, key) && matches(value[key], each),
    )
  );
}
