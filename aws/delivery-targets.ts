/** Where this stage delivers to. Read at load, so that a bad deployment fails at once. */
import {
  fhirServers,
  placesSchema,
  type SharedServer,
  sourceOfKey,
  type Target,
  targetOf,
} from '../core/delivery/delivery-targets.ts';
import { ENV } from '../telemetry/env-names.ts';
import { fileBeside } from './env.ts';

const shared: SharedServer = {
  endpoint: process.env[ENV.deliveryEndpoint],
  tokenSecretArn: process.env[ENV.deliveryTokenArn],
};
const places = fileBeside('deliveryPlacesFile', placesSchema);

/** The breakers of the servers. */
export const services = fhirServers(shared, places);

/** Of an item of Resources; undefined where its source has no place. */
export function targetOfKey(pk: string): Target | undefined {
  return targetOf(sourceOfKey(pk), shared, places);
}
