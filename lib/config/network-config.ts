/** The private network: subnets that exist, and how AWS and the servers of the config are reached from there. */
import { z } from 'zod';
import { networkTargets } from '../checks/destinations.ts';
import type { Config } from './config.ts';

const id = (kind: string) =>
  z
    .string()
    .regex(new RegExp(`^${kind}-[0-9a-f]{8,17}$`), `must be an id such as ${kind}-0abc1234`);
const cidrs = z
  .array(z.cidrv4({ error: 'must be a block of IPv4 addresses such as 10.1.0.0/16' }))
  .nonempty()
  .max(10)
  .optional();

/** Of an interface, AWS takes five security groups: our own, and so many more. */
const MORE_GROUPS = 4;

export const networkConfigSchema = z
  .strictObject({
    vpcId: id('vpc'),
    /** One for each zone: an interface endpoint has one address in each. */
    subnetIds: z.array(id('subnet')).nonempty().max(16),
    /** Security groups that each function gets beside its own. What they allow is allowed too. */
    securityGroupIds: z.array(id('sg')).max(MORE_GROUPS).default([]),
    /** `create`: the stack makes the endpoints. `existing`: the VPC has them. */
    endpoints: z.enum(['create', 'existing']).default('create'),
    /** Of the subnets; `create` puts the gateway endpoints of S3 and DynamoDB into them. */
    routeTableIds: z.array(id('rtb')).max(16).default([]),
    /** For `existing`: the groups of the interface endpoints, which must let the subnets in. */
    endpointSecurityGroupIds: z.array(id('sg')).max(10).default([]),
    /** AWS's lists of the region, by which a gateway endpoint is a destination. */
    prefixLists: z.strictObject({ s3: id('pl'), dynamodb: id('pl') }),
    /** Where the servers of the config are, as addresses. */
    fhirServer: cidrs,
    terminologyServer: cidrs,
    traceCollector: cidrs,
  })
  .optional();

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
