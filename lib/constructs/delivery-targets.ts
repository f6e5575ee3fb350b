/** Where each source is delivered to, and what must hold between these targets (R51). */
import {
  fhirServers,
  type Places,
  placesSchema,
  type SharedServer,
} from '../../core/delivery/delivery-targets.ts';
import { endpointProblems } from '../checks/endpoint-checks.ts';
import type { Config } from '../config/config.ts';

/** The label names a breaker, an alarm and a dimension, and is part of a policy. */
const NAME_OF_A_SERVER = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const WHY = 'resources are PHI';

/** The configured targets; undefined if everything goes to one server unchanged. */
export function placesOf({ sources }: Config): Places | undefined {
  const places = Object.entries(sources.known).flatMap(([source, { delivery }]) =>
    delivery === undefined ? [] : [[source, delivery] as const],
  );
  return places.length === 0 ? undefined : placesSchema.parse(Object.fromEntries(places));
}

const sharedBy = ({ delivery: { endpoint, tokenSecretArn } }: Config): SharedServer => ({
  endpoint,
  tokenSecretArn,
});

/** The breakers of the servers that are delivered to; none if nothing is delivered. */
export const deliveryServices = (config: Config) => fhirServers(sharedBy(config), placesOf(config));

/** The base URLs that `deliver` calls. */
export function deliveryEndpoints(config: Config): string[] {
  const others = Object.values(config.sources.known).map(({ delivery }) => delivery?.endpoint);
  return [config.delivery.endpoint, ...others].filter((endpoint) => endpoint !== undefined);
}

/** Also said of a config whose targets contradict each other, before that is refused. */
export const delivers = (config: Config) => deliveryEndpoints(config).length > 0;

/** The secrets with the tokens of these servers. */
export function deliveryTokens(config: Config): string[] {
  const others = Object.values(config.sources.known).map(({ delivery }) => delivery);
  const all = [config.delivery, ...others].map((each) => each?.tokenSecretArn);
  return [...new Set(all.filter((arn) => arn !== undefined))];
}

/** Problems of the targets of sources, in words. */
export function* placeProblems(config: Config): Generator<string> {
  const { known } = config.sources;
  const shared = config.delivery.endpoint;
  const labels = Object.keys(known);
  const isOn = delivers(config);
  for (const [label, { delivery }] of Object.entries(known)) {
    const key = `sources.known.${label}.delivery`;
    if (delivery === undefined) {
      if (isOn && labels.length > 1) {
        yield `${key} must have an endpoint or an idPrefix: with more than one source one would overwrite the resources of another at the FHIR server`;
      }
      continue;
    }
    const { endpoint, idPrefix, tokenSecretArn } = delivery;
    if ((endpoint === undefined) === (idPrefix === undefined)) {
      yield `${key} must have either an endpoint or an idPrefix`;
    }
    if (idPrefix !== undefined && shared === undefined) {
      yield `${key}.idPrefix needs delivery.endpoint, the server that is shared`;
    }
    if (endpoint === undefined && tokenSecretArn !== undefined) {
      yield `${key}.tokenSecretArn needs an endpoint of its own`;
    }
    if (endpoint !== undefined && !NAME_OF_A_SERVER.test(label)) {
      yield `sources.known.${label}: with an endpoint of its own the name must be letters, digits, dots, hyphens or underscores, for it names a breaker`;
    }
    yield* endpointProblems(`${key}.endpoint`, endpoint, WHY);
  }
  yield* collisions(config);
}

/** Two sources at one target would overwrite each other. */
function* collisions({ sources: { known }, delivery }: Config): Generator<string> {
  const servers = new Map<string, string>();
  if (delivery.endpoint !== undefined) servers.set(normal(delivery.endpoint), 'delivery.endpoint');
  const prefixes = new Map<string, string>();
  for (const [label, { delivery: place }] of Object.entries(known)) {
    const key = `sources.known.${label}.delivery`;
    if (place?.endpoint !== undefined) {
      const other = servers.get(normal(place.endpoint));
      if (other !== undefined) yield `${key}.endpoint is that of ${other} too: use an idPrefix`;
      servers.set(normal(place.endpoint), `${key}.endpoint`);
    }
    const { idPrefix } = place ?? {};
    if (idPrefix === undefined) continue;
    for (const [other, its] of prefixes) {
      if (other.startsWith(idPrefix) || idPrefix.startsWith(other)) {
        yield `${key}.idPrefix ${idPrefix} and ${its} ${other} begin alike: an id of one could be the other's`;
      }
    }
    prefixes.set(idPrefix, `${key}.idPrefix`);
  }
}

/** As `fetch` reads it, without slashes at the end. */
function normal(endpoint: string): string {
  return URL.canParse(endpoint) ? new URL(endpoint).href.replace(/\/+$/, '') : endpoint;
}
