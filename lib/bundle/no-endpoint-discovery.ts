/**
 * Takes the place of the SDK's endpoint discovery in the bundles (slim.ts): DynamoDB's client can
 * ask the service for its endpoint, which is off unless an environment variable turns it on.
 */
const nothing = () => undefined;

export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = {
  environmentVariableSelector: nothing,
  configFileSelector: nothing,
  default: false,
};

export const resolveEndpointDiscoveryConfig = <T>(config: T): T => config;
