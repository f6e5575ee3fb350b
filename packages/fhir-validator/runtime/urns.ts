/** oid and uuid, also as parts of a uri: https://hl7.org/fhir/R4/datatypes.html#uri */

const OID = /^urn:oid:[0-2](\.(0|[1-9][0-9]*))+$/;
const UUID = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const LENGTH_MAX = 4096;

export function isOid(value: unknown): boolean {
  return typeof value === 'string' && value.length < LENGTH_MAX && OID.test(value);
}

export function isUuid(value: unknown): boolean {
  return typeof value === 'string' && value.length === 45 && UUID.test(value);
}

/** The reason why a uri with a scheme that FHIR defines is wrong. Undefined if it is right. */
export function urnProblem(uri: string): string | undefined {
  const first = uri.charCodeAt(0);
  if (first !== 117 && first !== 111) return undefined;
  if (uri.startsWith('oid:') || uri.startsWith('uuid:')) return 'it must start with urn:';
  if (!uri.startsWith('urn:')) return undefined;
  if (uri.startsWith('urn:uuid:')) {
    return isUuid(nameIn(uri)) ? undefined : 'a UUID is 8-4-4-4-12 lower-case hex digits';
  }
  if (uri.startsWith('urn:oid:')) {
    return isOid(nameIn(uri)) ? undefined : 'an OID is a dotted number that starts with 0, 1 or 2';
  }
  return undefined;
}

/** A canonical may have a version and a fragment. */
function nameIn(uri: string): string | undefined {
  return uri.split(/[|#]/, 1)[0];
}
