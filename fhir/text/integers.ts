/**
 * Integers written as 1.0 or 1e2, which JSON.parse turns into plain integers. The validator runs a
 * second time on a value in which those numbers are no integers: what it complains of then and did
 * not before is exactly the ones that stand where an integer must.
 */
import type { Issue } from '../../core/verdict.ts';

/** The third argument is newer than TypeScript's libraries. */
type Reviver = (key: string, value: unknown, context?: { readonly source?: string }) => unknown;

const INTEGER_ISSUE = /is not a valid (integer|unsignedInt|positiveInt) /;
const PLAIN_INTEGER = /^-?[0-9]+$/;

export function fractionalIntegers(
  text: string,
  validate: (value: Record<string, unknown>) => readonly Issue[],
): Issue[] {
  let marker = 0.5;
  const written = new Map<string, string>();
  const revive: Reviver = (_key, each, context) => {
    const source = context?.source ?? '';
    if (typeof each !== 'number' || PLAIN_INTEGER.test(source) || !Number.isInteger(each)) {
      return each;
    }
    marker++;
    written.set(String(marker), source);
    return marker;
  };
  const value = JSON.parse(text, revive);
  return validate(value).flatMap((issue) => {
    const source = written.get(issue.text.split(' ', 1)[0] ?? '');
    const type = INTEGER_ISSUE.exec(issue.text)?.[1];
    if (source === undefined || type === undefined) return [];
    const said = `${source} is not a valid ${type}: no fraction or exponent may be written`;
    return [{ ...issue, text: said }];
  });
}
