/** Rules from the text of https://hl7.org/fhir/R4/datatypes.html that no invariant states. */
import type { CodeSystems, KnownSystem } from '../runtime/bindings.ts';
import { base64Bytes } from '../runtime/characters.ts';
import { UCUM } from '../runtime/identity.ts';
import { BCP_47, languageTag } from '../runtime/languages.ts';
import { isObject } from '../runtime/object.ts';
import { quote } from '../runtime/quote.ts';
import type { Report } from '../runtime/report.ts';
import { systemMeant } from './system-names.ts';
import { isAbsolute, isValueSetUrl } from './uris.ts';

/** The size must be the number of bytes before base64 encoding. */
export function attachment(data: unknown, size: unknown, report: Report): void {
  if (typeof data !== 'string' || typeof size !== 'number') return;
  const actual = base64Bytes(data);
  if (actual !== size) {
    const said = `The stated size is ${size}, but the data has ${actual} bytes`;
    report.error('fhir-r4/attachment-size', 'structure', said);
  }
}

/**
 * The system must be absolute and not a value set. If all codes of the system are loaded (`known`, of all that are `loaded`),
 * the code must be one of them. Of a version of a package's system that is not loaded that is not known.
 */
export function coding(
  system: unknown,
  code: unknown,
  report: Report,
  known: KnownSystem | undefined,
  version: unknown,
  loaded: CodeSystems,
): void {
  if (typeof system !== 'string') return;
  if (known === undefined) unknownSystem(system, loaded, report);
  if (typeof code !== 'string') return;
  if (system === BCP_47) {
    languageTag(code, report, 'code');
    return;
  }
  const lacking = known?.lacks(code, version);
  if (lacking === undefined) return;
  const said = `${quote(code)} is not a code of ${system}`;
  if (lacking === 'error') report.error('fhir-r4/code-unknown', 'code-invalid', said, 'code');
  else report.warning('fhir-r4/code-unknown', 'code-invalid', said, 'code');
}

/** Its codes are not loaded. */
function unknownSystem(system: string, loaded: CodeSystems, report: Report): void {
  const meant = systemMeant(system, loaded);
  if (meant === undefined) codeSystemUrl(system, report, 'system');
  else if (meant !== system) {
    const said = `The system ${quote(system)} is not a code system: ${meant} is meant`;
    report.error('fhir-r4/system-misspelled', 'code-invalid', said, 'system');
  }
}

/** The system of a unit's code must be a code system, like that of a Coding. HL7's validator checks it only beside a code. */
export function quantity(
  system: unknown,
  code: unknown,
  report: Report,
  loaded: CodeSystems,
): void {
  if (system === UCUM || typeof system !== 'string' || typeof code !== 'string') return;
  if (loaded.find(system) === undefined) unknownSystem(system, loaded, report);
}

/** Security labels are a set: https://hl7.org/fhir/R4/resource.html#Meta */
export function securityLabels(list: unknown, report: Report): void {
  if (!Array.isArray(list) || list.length < 2) return;
  const seen = new Set<string>();
  for (const [i, label] of list.entries()) {
    const { system, code } = isObject(label) ? label : {};
    if (typeof code !== 'string' || typeof system !== 'string') continue;
    const key = `${system}\n${code}`;
    if (seen.has(key)) {
      const said = `A second security label ${quote(code)}`;
      report.error('fhir-r4/security-label', 'duplicate', said, `security[${i}]`);
    }
    seen.add(key);
  }
}

/** The url of a code system must be absolute and not that of a value set. */
export function codeSystemUrl(system: string, report: Report, step: string): void {
  if (!isAbsolute(system)) {
    const said = `The system ${quote(system)} must be absolute`;
    report.error('fhir-r4/system-absolute', 'value', said, step);
  } else {
    valueSetAsSystem(system, report, step);
  }
}

export function valueSetAsSystem(system: string, report: Report, step: string): void {
  if (!isValueSetUrl(system)) return;
  const said = `The system ${quote(system)} is a value set, not a code system`;
  report.error('fhir-r4/system-is-value-set', 'value', said, step);
}

/**
 * The system must be absolute. If the system is "URI" (urn:ietf:rfc:3986), the value must be
 * absolute too.
 */
export function identifier(system: unknown, value: unknown, report: Report): void {
  if (typeof system !== 'string') return;
  if (!isAbsolute(system)) {
    const said = `The system ${quote(system)} must be absolute`;
    report.error('fhir-r4/system-absolute', 'value', said, 'system');
  }
  if (system === 'urn:ietf:rfc:3986' && typeof value === 'string' && !isAbsolute(value)) {
    const said = `${quote(value)} must be an absolute URI, as its system says`;
    report.error('fhir-r4/identifier-uri', 'value', said, 'value');
  }
}

/**
 * Decimals or E, U, L, with one space between them:
 * https://hl7.org/fhir/R4/datatypes.html#SampledData
 */
export function sampledData(data: unknown, report: Report): void {
  if (typeof data !== 'string') return;
  let from = 0;
  for (let point = 0; from <= data.length; point++) {
    POINT.lastIndex = from;
    if (!POINT.test(data)) {
      const text = data.slice(from, from + SHOWN_MAX).split(' ', 1)[0];
      const said = `Data point ${point} is ${quote(text)}, not a decimal, E, U or L`;
      report.error('fhir-r4/sampled-data', 'value', said, 'data');
      return;
    }
    from = POINT.lastIndex + 1;
  }
}

/** Matches one data point, up to the next space or the end. */
const POINT = /(?:[EUL]|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?= |$)/y;
const SHOWN_MAX = 64;
