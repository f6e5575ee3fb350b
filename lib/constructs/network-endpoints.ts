/**
 * Endpoints from the private network to AWS. Their policies allow what the functions' own roles
 * allow, for principals of this account: other data and other accounts cannot be reached.
 */
import { Aws, type CfnResource } from 'aws-cdk-lib';
import { CfnSecurityGroup, CfnVPCEndpoint, type CfnVPCEndpointProps } from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import {
  GATEWAY_SERVICES,
  type GatewayService,
  INTERFACE_SERVICES,
  type InterfaceService,
} from '../checks/destinations.ts';
import type { Config } from '../config/config.ts';

export type NetworkConfig = NonNullable<Config['network']>;

/** EC2 allows a group without rules to send anywhere. With this rule it can send nothing. */
const NOTHING = {
  cidrIp: '127.0.0.1/32',
  ipProtocol: 'tcp',
  fromPort: 1,
  toPort: 1,
  description: 'Nothing: an endpoint only answers',
};

export class NetworkEndpoints extends Construct {
  readonly #groups = new Map<InterfaceService, CfnSecurityGroup>();
  readonly #endpoints = new Map<GatewayService | InterfaceService, CfnResource>();

  /** Creates one for each service that some statement names. */
  constructor(
    scope: Construct,
    id: string,
    network: NetworkConfig,
    statements: readonly PolicyStatement[],
  ) {
    super(scope, id);
    for (const service of GATEWAY_SERVICES) {
      this.add(service, statements, {
        vpcId: network.vpcId,
        vpcEndpointType: 'Gateway',
        routeTableIds: [...network.routeTableIds],
      });
    }
    for (const service of INTERFACE_SERVICES) {
      const group = new CfnSecurityGroup(this, `${service}Group`, {
        groupDescription: `Endpoint of ${service} for fhir-failsafe`,
        vpcId: network.vpcId,
        securityGroupEgress: [NOTHING],
      });
      this.#groups.set(service, group);
      this.add(service, statements, {
        vpcId: network.vpcId,
        vpcEndpointType: 'Interface',
        privateDnsEnabled: true,
        subnetIds: [...network.subnetIds],
        securityGroupIds: [group.attrGroupId],
      });
    }
  }

  groupOf(service: InterfaceService): CfnSecurityGroup {
    const group = this.#groups.get(service);
    if (group === undefined) throw new Error(`no endpoint of ${service}`);
    return group;
  }

  /** Must exist before a function that calls the service may run. */
  endpointOf(service: GatewayService | InterfaceService): CfnResource {
    const endpoint = this.#endpoints.get(service);
    if (endpoint === undefined) throw new Error(`no endpoint of ${service}`);
    return endpoint;
  }

  private add(
    service: GatewayService | InterfaceService,
    statements: readonly PolicyStatement[],
    kind: Omit<CfnVPCEndpointProps, 'serviceName' | 'policyDocument'>,
  ): void {
    const endpoint = new CfnVPCEndpoint(this, service, {
      ...kind,
      serviceName: `com.amazonaws.${Aws.REGION}.${service}`,
      policyDocument: onlyWhatRolesMay(service, statements),
    });
    this.#endpoints.set(service, endpoint);
  }
}

function onlyWhatRolesMay(service: string, statements: readonly PolicyStatement[]): PolicyDocument {
  const own = statements.filter(({ actions }) =>
    actions.some((action) => action.startsWith(`${service}:`)),
  );
  const all = (values: readonly string[]) => [...new Set(values)].sort();
  return new PolicyDocument({
    statements: [
      new PolicyStatement({
        principals: [new AnyPrincipal()],
        actions: all(own.flatMap(({ actions }) => actions)),
        resources: all(own.flatMap(({ resources }) => resources)),
        conditions: { StringEquals: { 'aws:PrincipalAccount': Aws.ACCOUNT_ID } },
      }),
    ],
  });
}
