/** Rules of the data types page that no invariant states: https://hl7.org/fhir/R4/datatypes.html */
import type { CodeSystems } from '../runtime/bindings.ts';
import { quote, type Report } from '../runtime/report.ts';
import { isAbsolute } from './uris.ts';

type Value = Record<string, unknown>;

/** The stated size is that of the data before it was encoded. */
export function attachment({ data, size }: Value, report: Report): void {
  if (typeof data !== 'string' || typeof size !== 'number') return;
  const padding = data.endsWith('==') ? 2 : data.endsWith('=') ? 1 : 0;
  const actual = (data.length / 4) * 3 - padding;
  if (actual !== size) {
    report.error('structure', `The stated size is ${size}, the data has ${actual} bytes`);
  }
}

/** The system is absolute and no value set; a code of a system of FHIR itself is in that system. */
export function coding(value: Value, report: Report, systems: CodeSystems): void {
  const { system, code } = value;
  if (typeof system !== 'string') return;
  if (!isAbsolute(system)) {
    report.error('value', `The system ${quote(system)} must be absolute`, 'system');
  } else if (VALUE_SET.test(system)) {
    report.error('value', `The system ${quote(system)} is a value set, no code system`, 'system');
  }
  if (typeof code === 'string' && systems.lacks(system, code)) {
    report.error('code-invalid', `${quote(code)} is not a code of ${system}`, 'code');
  }
}

const VALUE_SET = /^http:\/\/(hl7\.org\/fhir|terminology\.hl7\.org)\/ValueSet\//;

/** The system is absolute; a value of the system "URI" is itself absolute. */
export function identifier({ system, value }: Value, report: Report): void {
  if (typeof system !== 'string') return;
  if (!isAbsolute(system)) {
    report.error('value', `The system ${quote(system)} must be absolute`, 'system');
  }
  if (system === 'urn:ietf:rfc:3986' && typeof value === 'string' && !isAbsolute(value)) {
    report.error('value', `${quote(value)} must be an absolute URI, as its system says`, 'value');
  }
}
