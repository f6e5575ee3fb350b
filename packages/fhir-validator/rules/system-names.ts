/**
 * Urls that nearly are those of code systems: https://hl7.org/fhir/R4/terminologies-systems.html
 * The url of a system is its name. A version, an edition or https make another one of it, which no
 * receiver knows. What HL7's validator lets pass, passes: a url by https with a suffix, or of a system
 * of HL7's terminology that does not exist.
 */
import type { CodeSystems } from '../runtime/bindings.ts';

/** Published by others. */
const OTHERS = [
  'http://snomed.info/sct',
  'http://loinc.org',
  'http://unitsofmeasure.org',
  'http://www.nlm.nih.gov/research/umls/rxnorm',
];
const OF_FHIR = /^http:\/\/hl7\.org\/fhir\/[\w.-]{1,128}$/;
const OF_TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem/';
const HOST_AT = 'http://'.length;
/** By the first character of the host. All differ there, so a url is compared with one of them at most. */
const BY_HOST = new Map(OTHERS.map((each) => [each.charCodeAt(HOST_AT), each]));
/** What may follow a url: a path, a query, a fragment or a version. */
const CONTINUED = '/?#|';

/** The system that is meant. Undefined if the url is like none of these. */
export function systemMeant(url: string, loaded: CodeSystems): string | undefined {
  const other = BY_HOST.get(url.charCodeAt(HOST_AT));
  if (other !== undefined) return isSystem(url, other) ? other : undefined;
  if (url.startsWith('https:')) return systemByHttp(`http:${url.slice('https:'.length)}`, loaded);
  return undefined;
}

/** With whatever may follow it. */
function isSystem(url: string, system: string): boolean {
  if (!url.startsWith(system)) return false;
  return url.length === system.length || CONTINUED.includes(url.charAt(system.length));
}

/** HL7 names no system by https, and neither do the others. */
function systemByHttp(name: string, loaded: CodeSystems): string | undefined {
  if (OTHERS.includes(name) || OF_FHIR.test(name)) return name;
  return name.startsWith(OF_TERMINOLOGY) && loaded.find(name) !== undefined ? name : undefined;
}
