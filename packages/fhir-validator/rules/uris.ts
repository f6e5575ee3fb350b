/** Whether a uri has a scheme, so that its meaning does not depend on a base. */
export function isAbsolute(uri: string): boolean {
  return uri.startsWith('http') || uri.startsWith('urn:') ? uri.includes(':') : SCHEME.test(uri);
}

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]{0,30}:./;

/** The url of a resource on a RESTful server, in parts. `base` ends with a slash. */
export interface RestfulUrl {
  readonly base: string;
  readonly type: string;
  readonly id: string;
}

const TYPE = /^[A-Z][A-Za-z]{1,63}$/;
const ID = /^[A-Za-z0-9.-]{1,64}$/;
const NOT_IN_BASE = /[\s?#]/;

/**
 * Parses from the end. A regular expression for the whole url would try each slash. Undefined for
 * any other url.
 */
export function restfulUrl(url: string): RestfulUrl | undefined {
  if (!url.startsWith('http://') && !url.startsWith('https://')) return undefined;
  const beforeId = url.lastIndexOf('/');
  const beforeType = url.lastIndexOf('/', beforeId - 1);
  const base = url.slice(0, beforeType + 1);
  const type = url.slice(beforeType + 1, beforeId);
  const id = url.slice(beforeId + 1);
  if (base.length < BASE_MIN || NOT_IN_BASE.test(base)) return undefined;
  return TYPE.test(type) && ID.test(id) ? { base, type, id } : undefined;
}

const BASE_MIN = 'http://x/'.length;

/**
 * Recognizes urls of HL7 and its guides, such as http://hl7.org/fhir/ValueSet/languages. Other
 * publishers choose their urls freely.
 */
export function isValueSetUrl(url: string): boolean {
  return url.includes('/ValueSet/') && HL7.test(url);
}

const HL7 = /^https?:\/\/(?:www\.)?(?:hl7\.org\/fhir|terminology\.hl7\.org)\//;
