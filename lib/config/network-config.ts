/**
 * The private network: existing subnets, and how AWS and the servers of the config are reached from there.
 */
import { z } from 'zod';

const id = (kind: string) =>
  z
    .string()
    .regex(new RegExp(`^${kind}-[0-9a-f]{8,17}$`), `must be an id such as ${kind}-0abc1234`);
const cidrs = z
  .array(z.cidrv4({ error: 'must be a block of IPv4 addresses such as 10.1.0.0/16' }))
  .nonempty()
  .max(10)
  .optional();

/** AWS allows an interface five security groups: our own, and this many more. */
const MORE_GROUPS = 4;

export const networkConfigSchema = z
  .strictObject({
    vpcId: id('vpc'),
    /** One for each zone: an interface endpoint has one address in each. */
    subnetIds: z.array(id('subnet')).nonempty().max(16),
    /** Security groups of each function besides its own. What they allow is allowed too. */
    securityGroupIds: z.array(id('sg')).max(MORE_GROUPS).default([]),
    /** `create`: the stack makes the endpoints. `existing`: the VPC has them. */
    endpoints: z.enum(['create', 'existing']).default('create'),
    /** Route tables of the subnets; `create` puts the gateway endpoints of S3 and DynamoDB into them. */
    routeTableIds: z.array(id('rtb')).max(16).default([]),
    /** For `existing`: the groups of the interface endpoints, which must admit the subnets. */
    endpointSecurityGroupIds: z.array(id('sg')).max(10).default([]),
    /** AWS's prefix lists of the region, by which a gateway endpoint is a destination. */
    prefixLists: z.strictObject({ s3: id('pl'), dynamodb: id('pl') }),
    /** Where the servers of the config are, as addresses. */
    fhirServer: cidrs,
    terminologyServer: cidrs,
    traceCollector: cidrs,
  })
  .optional();
