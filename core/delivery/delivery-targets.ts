/**
 * Where a source's resources are delivered (R51).
 *
 * Two hospitals both have a Patient/p1. In our tables the source is part of the key. A FHIR server knows
 * type and id only, so one would replace the other's. Each source therefore has a base URL of its own, with
 * a breaker of its own, or shares a server and has its ids prefixed. A source without a target is not
 * delivered. With one source only, neither is needed.
 */
import * as z from 'zod';

/** The breaker of the server that sources share. */
export const FHIR_SERVER = 'fhir-server';

export const isFhirServer = (service: string) =>
  service === FHIR_SERVER || service.startsWith(`${FHIR_SERVER}-`);

/** https://hl7.org/fhir/R4/datatypes.html#id */
export const ID_CHARACTERS_MAX = 64;
/** Characters of an id that a UUID leaves for the prefix. */
const PREFIX_CHARACTERS_MAX = ID_CHARACTERS_MAX - 36;

export const idPrefixSchema = z
  .string()
  .regex(
    new RegExp(`^[A-Za-z0-9.-]{1,${PREFIX_CHARACTERS_MAX}}$`),
    `must be 1 to ${PREFIX_CHARACTERS_MAX} letters, digits, hyphens or dots, so that a UUID fits behind it`,
  );

/** By source. */
export const placesSchema = z.record(
  z.string(),
  z.union([
    z.strictObject({ idPrefix: idPrefixSchema }),
    z.strictObject({ endpoint: z.string(), tokenSecretArn: z.string().optional() }),
  ]),
);
export type Places = z.infer<typeof placesSchema>;

export interface Target {
  /** The name of its breaker. */
  readonly service: string;
  /** The base URL, without a slash at its end. */
  readonly endpoint: string;
  readonly idPrefix: string;
  readonly tokenSecretArn?: string | undefined;
}

/** The server that sources share, if there is one. */
export type SharedServer = Pick<Target, 'tokenSecretArn'> & {
  readonly endpoint: string | undefined;
};

/** Undefined if the source has no target. `places`: undefined if none was configured. */
export function targetOf(
  source: string,
  shared: SharedServer,
  places: Places | undefined,
): Target | undefined {
  const place = places === undefined ? { idPrefix: '' } : own(places, source);
  if (place === undefined) return undefined;
  if ('endpoint' in place) {
    const { endpoint, tokenSecretArn } = place;
    return { service: serviceOf(source), endpoint: bare(endpoint), idPrefix: '', tokenSecretArn };
  }
  const { endpoint, tokenSecretArn } = shared;
  if (endpoint === undefined) return undefined;
  const { idPrefix } = place;
  return { service: FHIR_SERVER, endpoint: bare(endpoint), idPrefix, tokenSecretArn };
}

/** The breakers of all servers: the shared one first. */
export function fhirServers(
  shared: Pick<SharedServer, 'endpoint'>,
  places: Places | undefined,
): string[] {
  const others = Object.entries(places ?? {}).filter(([, place]) => 'endpoint' in place);
  const ofThem = others.map(([source]) => serviceOf(source));
  return shared.endpoint === undefined ? ofThem : [FHIR_SERVER, ...ofThem];
}

/** The source in a key of Resources. Labels of configured sources contain no `#`. */
export function sourceOfKey(pk: string): string {
  return pk.replace(/#.*$/s, '');
}

const serviceOf = (source: string) => `${FHIR_SERVER}-${source}`;
const bare = (endpoint: string) => endpoint.replace(/\/+$/, '');

function own(places: Places, source: string): Places[string] | undefined {
  return Object.hasOwn(places, source) ? places[source] : undefined;
}
