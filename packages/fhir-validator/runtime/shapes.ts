/**
 * Checks the JSON shapes of elements: single, repeating, and the `_` siblings that hold a
 * primitive's id and extensions. https://hl7.org/fhir/R4/json.html
 */
import { NULL_CHARACTERS, shortestOf } from '../text/shortest.ts';
import { isObject } from './object.ts';
import { describe, quote } from './quote.ts';
import { DEPTH_MAX, type Report } from './report.ts';

/** A generated check of an object. Steps in its issues are relative to the object. */
export type Check = (value: Record<string, unknown>, report: Report) => void;
/** A check of a primitive. */
export type PrimitiveCheck = (value: unknown, report: Report, step: string) => void;
/**
 * A check of a member of `holder`, an object of the type `type`. `step` is its step in expressions:
 * its name, if it is no choice.
 */
export type MemberCheck = (
  value: unknown,
  report: Report,
  step: string,
  holder: Record<string, unknown>,
  type: string,
  notes: Notes,
) => void;
/** What checks of members note for the checks of the whole object. */
export type Notes = unknown[];

/** A single complex element. */
export function one(check: Check): MemberCheck {
  return (value, report, step, _holder, type) => checkOne(value, check, report, step, type);
}

/** A repeating complex element. */
export function many(check: Check): MemberCheck {
  return (value, report, step, _holder, type) => checkMany(value, check, report, step, type);
}

/** `type` is the type that has the element, `step` its name there. */
export function checkOne(
  value: unknown,
  check: Check,
  report: Report,
  step: string,
  type: string,
): void {
  const before = report.count;
  inspect(value, check, report, step, type);
  if (report.count !== before) report.under(before, step);
}

export function checkMany(
  value: unknown,
  check: Check,
  report: Report,
  step: string,
  type: string,
): void {
  if (!isFilledArray(value, report, step)) return;
  let before = report.count;
  for (let i = 0; i < value.length; i++) {
    inspect(value[i], check, report, step, type);
    if (report.count !== before) before = report.under(before, `${step}[${i}]`);
  }
}

/** Checks each item of an array. Another check reports a value that is not an array. */
export function each(check: MemberCheck): MemberCheck {
  return (values, report, step, holder, type, notes) => {
    if (!Array.isArray(values)) return;
    let before = report.count;
    for (let i = 0; i < values.length; i++) {
      check(values[i], report, '', holder, type, notes);
      if (report.count !== before) before = report.under(before, `${step}[${i}]`);
    }
  };
}

/** A repeating primitive. `null` is allowed only where the sibling has an item. */
export function manyPrimitives(check: PrimitiveCheck): MemberCheck {
  return (value, report, step, holder) => {
    if (!isFilledArray(value, report, step)) return;
    let before = report.count;
    for (let i = 0; i < value.length; i++) {
      const item = value[i];
      if (item === null) noItem(holder[`_${step}`], i, report);
      else {
        report.shortest += shortestOf(item);
        check(item, report, '');
      }
      if (report.count !== before) before = report.under(before, `${step}[${i}]`);
    }
  };
}

function noItem(siblings: unknown, i: number, report: Report): void {
  report.shortest += NULL_CHARACTERS;
  if (Array.isArray(siblings) && isObject(siblings[i])) return;
  const said = 'null is allowed only if the sibling has an id or extensions at this place';
  report.error('fhir-r4/null', 'structure', said);
}

/**
 * `_field` of a single primitive. If there is a value, it may have only an id. `field` is the name of
 * the value, if the element is a choice.
 */
export function beside(element: Check, field?: string): MemberCheck {
  return (value, report, step, holder, type) => {
    const before = report.count;
    const hasValue = holder[field ?? step.slice(1)] !== undefined;
    inspect(value, element, report, step, type, hasValue);
    if (report.count !== before) report.under(before, step);
  };
}

/**
 * `_field` of a repeating primitive. As long as the array of values, with null where there is
 * nothing.
 */
export function siblings(element: Check): MemberCheck {
  return (value, report, step, holder, type) => {
    if (!isFilledArray(value, report, step)) return;
    const main = holder[step.slice(1)];
    if (Array.isArray(main)) compareLengths(main.length, value.length, report, step);
    let before = report.count;
    for (let i = 0; i < value.length; i++) {
      if (value[i] !== null) {
        const hasValue = Array.isArray(main) && main[i] !== null && main[i] !== undefined;
        inspect(value[i], element, report, step, type, hasValue);
      } else {
        report.shortest += NULL_CHARACTERS;
        // Of the places that the array of values has, manyPrimitives says it.
        if (!Array.isArray(main) || i >= main.length) {
          const said = 'Neither the value nor its sibling is present';
          report.error('fhir-r4/null', 'structure', said);
        }
      }
      if (report.count !== before) before = report.under(before, `${step}[${i}]`);
    }
  };
}

/**
 * https://hl7.org/fhir/R4/json.html#primitive wants null in both arrays. Without it at the end of one of them, the items
 * are still aligned, and HL7's validator accepts that.
 */
function compareLengths(values: number, siblings: number, report: Report, step: string): void {
  if (values === siblings) return;
  const said = `The array has ${values} values and ${siblings} siblings: null should fill up the shorter one`;
  report.warning('fhir-r4/sibling-length', 'structure', said, step);
}

type ValueCheck = (value: unknown, report: Report, sibling: unknown) => void;

/** Rules of an element that its type does not have. `field` is its name, if it is a choice. */
export function besides(check: ValueCheck, field?: string): MemberCheck {
  return (value, report, step, holder) => {
    const sibling = holder[`_${field ?? step}`];
    let before = report.count;
    if (!Array.isArray(value)) {
      if (value !== null) check(value, report, sibling);
      if (report.count !== before) report.under(before, step);
      return;
    }
    for (let i = 0; i < value.length; i++) {
      if (value[i] !== null) {
        check(value[i], report, Array.isArray(sibling) ? sibling[i] : undefined);
      }
      if (report.count !== before) before = report.under(before, `${step}[${i}]`);
    }
  };
}

/** Runs a check on a value, which must be an object with members, not nested too deep. */
export function inspect(
  value: unknown,
  check: Check,
  report: Report,
  step: string,
  type: string,
  hasValue = false,
): void {
  if (!isObject(value)) {
    report.error('fhir-r4/json-shape', 'structure', `Expected an object, found ${describe(value)}`);
    return;
  }
  if (report.depth === DEPTH_MAX) {
    report.error('fhir-r4/depth', 'too-long', `Nested deeper than ${DEPTH_MAX} elements`);
    return;
  }
  const { keys, ids } = report;
  report.depth++;
  // Only extensions use the place of their element. To search for extensions first would cost more.
  const { placeType, placeStep } = report;
  report.placeType = type;
  report.placeStep = step;
  check(value, report);
  report.placeType = placeType;
  report.placeStep = placeStep;
  report.depth--;
  if (report.keys === keys) {
    report.error('fhir-r4/empty', 'structure', 'An object must not be empty');
  } else if (report.keys === keys + 1 && report.ids !== ids && !hasValue) {
    report.broken('ele-1', 'All FHIR elements must have a @value or children');
  }
}

/** `present` has a bit for each required name, in order. */
export function missing(present: number, path: string, names: string, report: Report): void {
  for (const [i, name] of names.split('|').entries()) {
    if ((present & (1 << i)) === 0) {
      report.error('fhir-r4/required', 'required', `${path}.${name} is required, and missing`);
    }
  }
}

export function unknownProperty(key: string, report: Report): void {
  report.error('fhir-r4/unknown-property', 'structure', `Unknown property ${quote(key)}`);
}

function isFilledArray(value: unknown, report: Report, step: string): value is unknown[] {
  if (Array.isArray(value) && value.length > 0) {
    // Two brackets, and no comma after the last item.
    report.shortest += value.length + 1;
    return true;
  }
  if (Array.isArray(value)) {
    report.error('fhir-r4/empty', 'structure', 'An array must not be empty', step);
  } else {
    report.error(
      'fhir-r4/json-shape',
      'structure',
      `Expected an array, found ${describe(value)}`,
      step,
    );
  }
  return false;
}
