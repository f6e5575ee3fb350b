/** Small valid resources to break, and the result of a validation in short form. */
import type { Limits } from '../../../../packages/fhir-validator/validator.ts';
import { validateResource } from '../../../../packages/fhir-validator/validator.ts';

export const NARRATIVE = {
  status: 'generated',
  div: '<div xmlns="http://www.w3.org/1999/xhtml">A patient</div>',
};

export function patient(more: Record<string, unknown> = {}): Record<string, unknown> {
  return { resourceType: 'Patient', id: 'a', text: NARRATIVE, ...more };
}

export function observation(more: Record<string, unknown> = {}): Record<string, unknown> {
  const code = { coding: [{ system: 'http://loinc.org', code: '1-8' }] };
  return { resourceType: 'Observation', text: NARRATIVE, status: 'final', code, ...more };
}

/** `code expression` of each error, in order. */
export function errors(resource: unknown, limits?: Limits): string[] {
  return found(resource, 'error', limits);
}

export function warnings(resource: unknown, limits?: Limits): string[] {
  return found(resource, 'warning', limits);
}

function found(resource: unknown, severity: string, limits?: Limits): string[] {
  return validateResource(resource, limits)
    .issues.filter((each) => each.severity === severity)
    .map((each) => `${each.code} ${each.expression}`);
}
