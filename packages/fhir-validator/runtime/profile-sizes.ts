/**
 * Checks how long, large or precise a value may be by a profile, and whether a text is like its
 * pattern. A value that is no such thing is an issue of its type.
 */
import { base64Bytes } from './characters.ts';
import { MATCHED_MAX } from './fhirpath.ts';
import { fractionDigits } from './fhirpath-arithmetic.ts';
import { isObject } from './object.ts';
import { fault } from './profile-checks.ts';
import type { Report } from './report.ts';

export function tooLong(value: unknown, max: number, report: Report, url: string): void {
  if (typeof value !== 'string' || [...value].length <= max) return;
  fault(report, 'max-length', 'too-long', url, `at most ${max} characters are allowed`);
}

export function tooShort(value: unknown, min: number, report: Report, url: string): void {
  if (typeof value !== 'string' || [...value].length >= min) return;
  fault(report, 'min-length', 'value', url, `at least ${min} characters are required`);
}

/** The whole text must match. One that is too long to try is an issue of its type, or base64. */
export function unlike(
  value: unknown,
  pattern: RegExp,
  shown: string,
  report: Report,
  url: string,
): void {
  if (typeof value !== 'string' && typeof value !== 'number') return;
  const text = String(value);
  if (text.length > MATCHED_MAX || pattern.test(text)) return;
  fault(report, 'regex', 'value', url, `the value must match ${shown}`);
}

/** Of a decimal, or of the value of a Quantity. Zeros at the end are lost once it is parsed. */
export function tooPrecise(value: unknown, max: number, report: Report, url: string): void {
  const number = isObject(value) ? value['value'] : value;
  if (typeof number !== 'number' || fractionDigits(number) <= max) return;
  fault(report, 'max-decimals', 'value', url, `at most ${max} decimal places are allowed`);
}

/** In bytes: of base64Binary, or of an Attachment, whose data may be elsewhere. */
export function tooLarge(value: unknown, max: number, report: Report, url: string): void {
  const size = sizeOf(value);
  if (size === undefined || size <= max) return;
  fault(report, 'max-size', 'too-long', url, `at most ${max} bytes are allowed, found ${size}`);
}

function sizeOf(value: unknown): number | undefined {
  if (typeof value === 'string') return base64Bytes(value);
  if (!isObject(value)) return undefined;
  const { data, size } = value;
  if (typeof data === 'string') return base64Bytes(data);
  return typeof size === 'number' ? size : undefined;
}
