/** What must hold between the settings of the private network and the servers of the config. */
import type { Config } from '../config/config.ts';
import { networkTargets } from './destinations.ts';

function* endpointProblems(network: NonNullable<Config['network']>): Generator<string> {
  const { endpoints, routeTableIds, endpointSecurityGroupIds } = network;
  if (endpoints === 'create' && routeTableIds.length === 0) {
    yield 'network.routeTableIds must name the route tables of the subnets: without gateway endpoints there S3 and DynamoDB cannot be reached; or say network.endpoints existing';
  }
  if (endpoints === 'create' && endpointSecurityGroupIds.length > 0) {
    yield 'network.endpointSecurityGroupIds changes nothing with network.endpoints create';
  }
  if (endpoints === 'existing' && endpointSecurityGroupIds.length === 0) {
    yield 'network.endpointSecurityGroupIds must name the security groups of the endpoints that exist: functions may reach nothing else';
  }
  if (endpoints === 'existing' && routeTableIds.length > 0) {
    yield 'network.routeTableIds changes nothing with network.endpoints existing';
  }
}

/** Problems of the network, in words. */
export function* networkProblems(config: Config): Generator<string> {
  const { network } = config;
  if (network === undefined) return;
  for (const key of ['subnetIds', 'securityGroupIds', 'routeTableIds'] as const) {
    const ids: readonly string[] = network[key];
    const twice = ids.find((each, position) => ids.indexOf(each) < position);
    if (twice !== undefined) yield `network.${key} names ${twice} twice`;
  }
  yield* endpointProblems(network);
  for (const { key, setting, urls } of networkTargets(config)) {
    if (urls.length > 0 && network[key] === undefined) {
      yield `network.${key} must say at which addresses ${setting} is: functions may reach nothing else`;
    }
    if (urls.length === 0 && network[key] !== undefined) {
      yield `network.${key} changes nothing without ${setting} elsewhere than on localhost`;
    }
  }
}
