/**
 * Validates FHIR R4 resources with the code that fhir/compiler/ generates. Never throws, whatever
 * the input: what cannot be a resource is an issue like any other. Valid means: no issue of
 * severity `error`.
 */
import type { Issue } from '../core/verdict.ts';
import { resources } from './generated/validator.js';
import { quote, Report } from './runtime/report.ts';
import { dispatch } from './runtime/resources.ts';
import { isObject } from './runtime/shapes.ts';

/** Issues reported of one resource unless the caller says otherwise. */
const ISSUES_MAX = 100;

export interface Limits {
  /** Issues beyond this many are not reported; at least one error always is. */
  readonly issuesMax?: number;
}

export interface Validation {
  readonly resourceType?: string;
  readonly id?: string;
  /** In document order, expressions in indexed FHIRPath. */
  readonly issues: Issue[];
}

/** Validates JSON text, which may be anything. */
export function validateText(text: string, limits: Limits = {}): Validation {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { issues: [{ severity: 'error', code: 'invalid', text: `Not JSON: ${reason}` }] };
  }
  return validateResource(value, limits);
}

/** Validates a parsed JSON value, which may be anything. */
export function validateResource(value: unknown, limits: Limits = {}): Validation {
  if (!isObject(value)) {
    const text = `A FHIR resource is a JSON object, not ${quote(value)}`;
    return { issues: [{ severity: 'error', code: 'structure', text }] };
  }
  const report = new Report(limits.issuesMax ?? ISSUES_MAX);
  report.root = value;
  dispatch(value, resources, report);
  const { resourceType, id } = value;
  const isKnown = typeof resourceType === 'string' && resources.has(resourceType);
  if (report.count > 0) report.under(0, isKnown ? resourceType : 'Resource');
  return {
    ...(isKnown ? { resourceType } : {}),
    ...(typeof id === 'string' && id.length <= 64 ? { id } : {}),
    issues: report.issues,
  };
}
