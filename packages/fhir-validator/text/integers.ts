/**
 * Finds integers written as 1.0 or 1e2, which JSON.parse turns into plain integers. Each such
 * number in the text is replaced by a fraction of equal length, and the validator runs again. The
 * new issues are exactly those numbers that are in the place of an integer.
 */
import type { Issue } from '../issue.ts';
import { walkJson } from './walk.ts';

const INTEGER_RULE = /^fhir-r4\/(integer|unsignedInt|positiveInt)$/;
const PLAIN_INTEGER = /^-?[0-9]+$/;

export function fractionalIntegers(
  text: string,
  before: readonly Issue[],
  validate: (value: Record<string, unknown>) => readonly Issue[],
): Issue[] {
  const known = new Set(before.map(({ expression }) => expression));
  return validate(JSON.parse(withFractions(text))).flatMap((issue) => {
    const type = INTEGER_RULE.exec(issue.rule ?? '')?.[1];
    if (type === undefined || known.has(issue.expression)) return [];
    return [{ ...issue, text: `A ${type} must be written without fraction or exponent` }];
  });
}

/**
 * Replaces them in a UTF-16 buffer: an array of pieces would take many times the size of the text.
 */
function withFractions(text: string): string {
  const units = Buffer.from(text, 'utf16le');
  walkJson(text, {
    number(from, to) {
      const source = text.slice(from, to);
      if (PLAIN_INTEGER.test(source) || !Number.isInteger(Number(source))) return;
      units.write('0.5'.padEnd(to - from, '0'), from * 2, 'utf16le');
    },
  });
  return units.toString('utf16le');
}
