/** Where a stage delivers to. */
import {
  fhirServers,
  placesSchema,
  sourceOfKey,
  type Target,
  targetOf,
} from '../core/delivery/delivery-targets.ts';
import { ENV } from '../telemetry/env-names.ts';
import { type Env, fileBeside } from './env.ts';

export interface Targets {
  /** The breakers of the servers. */
  readonly services: readonly string[];
  /** For an item of Resources; undefined if its source has no target. */
  ofKey(pk: string): Target | undefined;
}

export function readTargets(env: Env): Targets {
  const shared = {
    endpoint: env[ENV.deliveryEndpoint],
    tokenSecretArn: env[ENV.deliveryTokenArn],
  };
  const places = fileBeside('deliveryPlacesFile', placesSchema, env);
  return {
    services: fhirServers(shared, places),
    ofKey: (pk) => targetOf(sourceOfKey(pk), shared, places),
  };
}
