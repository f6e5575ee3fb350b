/**
 * Functions in a private network, if the config names one: each in a security group of its own, which lets
 * only its destinations through (destinations.ts). Nothing comes in, and no NAT is needed.
 */
import { ArnFormat, Stack } from 'aws-cdk-lib';
import { CfnSecurityGroup, CfnSecurityGroupIngress } from 'aws-cdk-lib/aws-ec2';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge, NETWORK_INTERFACES } from '../checks/acknowledgements.ts';
import {
  type Destinations,
  destinationsOf,
  type NetworkTarget,
  portOf,
} from '../checks/destinations.ts';
import type { Config } from '../config/config.ts';
import { allow } from './iam-statements.ts';
import { type NetworkConfig, NetworkEndpoints } from './network-endpoints.ts';
import type { PipelineFunction } from './pipeline-function.ts';

type Egress = CfnSecurityGroup.EgressProperty;

const HTTPS = { ipProtocol: 'tcp', fromPort: 443, toPort: 443 };

export class Network extends Construct {
  readonly #network: NetworkConfig;
  readonly #endpoints: NetworkEndpoints | undefined;

  /** Must be created last: functions may reach what they have been granted by then. */
  constructor(
    scope: Construct,
    id: string,
    config: Config & { network: NetworkConfig },
    functions: readonly PipelineFunction[],
  ) {
    super(scope, id);
    this.#network = config.network;
    if (config.network.endpoints === 'create') {
      const statements = functions.flatMap((each) => each.statements);
      this.#endpoints = new NetworkEndpoints(this, 'Endpoints', config.network, statements);
    }
    for (const each of functions) this.add(each, destinationsOf(each, config));
  }

  private add(member: PipelineFunction, destinations: Destinations): void {
    const { vpcId, subnetIds, securityGroupIds } = this.#network;
    const group = new CfnSecurityGroup(this, member.name, {
      groupDescription: `Of fhir-failsafe ${member.name}: sends to its destinations alone`,
      vpcId,
      securityGroupEgress: [
        ...destinations.gateways.map((service) => this.toGateway(service)),
        ...this.toInterfaces(destinations),
        ...destinations.targets.flatMap((target) => this.toTarget(target)),
      ],
    });
    const groupIds = [group.attrGroupId, ...securityGroupIds];
    member.join(subnetIds, groupIds, this.letIn(member, group, destinations));
    for (const each of interfaceStatements(member, groupIds, subnetIds)) member.allow(each);
    acknowledge(member, ...NETWORK_INTERFACES);
  }

  private toGateway(service: 's3' | 'dynamodb'): Egress {
    const destinationPrefixListId = this.#network.prefixLists[service];
    return { ...HTTPS, destinationPrefixListId, description: service };
  }

  private toInterfaces({ interfaces }: Destinations): Egress[] {
    const endpoints = this.#endpoints;
    if (endpoints === undefined) {
      return this.#network.endpointSecurityGroupIds.map((destinationSecurityGroupId) => ({
        ...HTTPS,
        destinationSecurityGroupId,
        description: interfaces.join(' '),
      }));
    }
    return interfaces.map((service) => ({
      ...HTTPS,
      destinationSecurityGroupId: endpoints.groupOf(service).attrGroupId,
      description: service,
    }));
  }

  private toTarget({ key, name, urls }: NetworkTarget): Egress[] {
    const ports = [...new Set(urls.map(portOf))];
    return (this.#network[key] ?? []).flatMap((cidrIp) =>
      ports.map((port) => ({
        cidrIp,
        ipProtocol: 'tcp',
        fromPort: port,
        toPort: port,
        description: name,
      })),
    );
  }

  /** @returns what must exist before the function can use the network */
  private letIn(member: PipelineFunction, group: CfnSecurityGroup, destinations: Destinations) {
    const endpoints = this.#endpoints;
    if (endpoints === undefined) return [];
    const rules = destinations.interfaces.map(
      (service) =>
        new CfnSecurityGroupIngress(this, `${member.name}-${service}`, {
          ...HTTPS,
          groupId: endpoints.groupOf(service).attrGroupId,
          sourceSecurityGroupId: group.attrGroupId,
          description: member.name,
        }),
    );
    const services = [...destinations.gateways, ...destinations.interfaces];
    return [...rules, ...services.map((service) => endpoints.endpointOf(service))];
  }
}

/** Permissions that Lambda needs in the function's role to put the function into subnets. */
const SEE = ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'];
const MAKE = ['ec2:CreateNetworkInterface'];
const CHANGE = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:DeleteNetworkInterface',
  'ec2:UnassignPrivateIpAddresses',
];

/**
 * EC2 has no narrower resource for the describe actions, and deleting takes all kinds of ids. So the
 * function's own code is denied all of it: its credentials name the function, and Lambda's own calls do
 * not. https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
function interfaceStatements(
  member: PipelineFunction,
  groupIds: readonly string[],
  subnetIds: readonly string[],
): PolicyStatement[] {
  const ec2 = (resource: string, resourceName: string) =>
    Stack.of(member).formatArn({ service: 'ec2', resource, resourceName });
  const self = Stack.of(member).formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: member.functionName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return [
    allow('SeeInterfaces', SEE, ['*']),
    allow('MakeInterfaces', MAKE, [
      ec2('network-interface', '*'),
      ...groupIds.map((group) => ec2('security-group', group)),
      ...subnetIds.map((subnet) => ec2('subnet', subnet)),
    ]),
    allow('ChangeInterfaces', CHANGE, [ec2('*', '*')]),
    new PolicyStatement({
      sid: 'NotByItsOwnCode',
      effect: Effect.DENY,
      actions: [...SEE, ...MAKE, ...CHANGE],
      resources: ['*'],
      conditions: { ArnEquals: { 'lambda:SourceFunctionArn': self } },
    }),
  ];
}
