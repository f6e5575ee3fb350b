/** Evaluates the same invariant by fhirpath.js, the reference for compiled ones. */
import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import {
  corrected,
  OVERRIDES,
} from '../../../../packages/fhir-validator/compiler/fhirpath/overrides.ts';
import type { Context, Invariant } from './invariants.ts';

const DOM_3 = OVERRIDES.find(({ keys }) => keys.includes('dom-3'))?.published ?? '';

/** Standard FHIRPath for our own functions; the reasons are in overrides.ts. */
const STANDARD: Readonly<Record<string, string>> = {
  'containedIsReferenced()': DOM_3.replaceAll(/\bas\(/g, 'ofType(').replace(
    /(.*)ofType\(canonical\)/,
    '$1ofType(uri)',
  ),
};

export type Oracle = (context: Context) => boolean | undefined;

/** True if the result is exactly true; undefined if the interpreter refuses the input. */
export function oracle({ expression, path, type }: Omit<Invariant, 'key' | 'severity'>): Oracle {
  const ours = corrected(expression);
  const text = STANDARD[ours] ?? ours;
  const isResource = /^[A-Z]\w*$/.test(path) && path in r4.type2Parent === false;
  const base = type === undefined ? path : path.replace('[x]', '');
  const evaluate = fhirpath.compile(isResource ? text : { base, expression: text }, r4, {
    async: false,
    traceFn: () => {},
    userInvocationTable: {
      resolveContained: { fn: () => [], arity: { 0: [] } },
      htmlChecks: { fn: () => [true], arity: { 0: [] } },
    },
  });
  return ({ n, res, root }) => {
    // The interpreter does not accept a primitive that has only a sibling.
    if (n === undefined) return undefined;
    try {
      const result = evaluate(n, { resource: res, rootResource: root });
      return result.length === 1 && result[0] === true;
    } catch {
      return undefined;
    }
  };
}
