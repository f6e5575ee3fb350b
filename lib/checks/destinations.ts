/**
 * Where each function may send data: AWS's services, according to its role, and the servers of the
 * config. The security groups of the private network are made from this, and synth prints it.
 */
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { THIS_MACHINE } from '../../terminal/this-machine.ts';
import type { Config } from '../config/config.ts';
import { deliveryEndpoints } from '../constructs/delivery-targets.ts';
import { tracedFunctions } from '../constructs/traces.ts';

/**
 * Reached through a gateway in the route tables, which costs nothing. The others need interfaces in
 * the subnets.
 */
export const GATEWAY_SERVICES = ['dynamodb', 's3'] as const;
export const INTERFACE_SERVICES = ['lambda', 'secretsmanager', 'sns', 'sqs'] as const;
export type GatewayService = (typeof GATEWAY_SERVICES)[number];
export type InterfaceService = (typeof INTERFACE_SERVICES)[number];

/**
 * Services that a role names but its function never calls: services that keep our data use the key,
 * and Lambda itself writes the log and creates network interfaces.
 */
const CALLED_FOR_US = ['ec2', 'kms', 'logs'];

export interface NetworkTarget {
  /** The key of `network` that has its addresses. */
  readonly key: 'fhirServer' | 'terminologyServer' | 'traceCollector';
  readonly name: string;
  readonly setting: string;
  /** Empty for a server on this machine, which needs no network. */
  readonly urls: readonly URL[];
  /** Folders of functions/ that call it. */
  readonly callers: readonly string[];
}

export interface Destinations {
  readonly function: string;
  readonly gateways: readonly GatewayService[];
  readonly interfaces: readonly InterfaceService[];
  readonly targets: readonly NetworkTarget[];
}

/** The parts of a function that its destinations depend on. */
interface Caller {
  readonly name: string;
  /** Its folder of functions/. */
  readonly code: string;
  readonly statements: readonly PolicyStatement[];
}

const elsewhere = (...endpoints: readonly (string | undefined)[]) =>
  endpoints
    .filter((endpoint) => endpoint !== undefined && URL.canParse(endpoint))
    .map((endpoint) => new URL(String(endpoint)))
    .filter(({ hostname }) => !THIS_MACHINE.includes(hostname));

/** The servers that a config may name. */
export function networkTargets(config: Config): NetworkTarget[] {
  const { terminology, traces } = config;
  return [
    {
      key: 'fhirServer',
      name: 'FHIR server',
      setting: 'delivery.endpoint',
      urls: elsewhere(...deliveryEndpoints(config)),
      callers: ['deliver'],
    },
    {
      key: 'terminologyServer',
      name: 'terminology server',
      setting: 'terminology.endpoint',
      urls: elsewhere(terminology.endpoint),
      callers: ['validate'],
    },
    {
      key: 'traceCollector',
      name: 'trace collector',
      setting: 'traces.endpoint',
      urls: elsewhere(traces.endpoint),
      callers: tracedFunctions(config),
    },
  ];
}

export const portOf = ({ port, protocol }: URL) =>
  port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);

/** Throws if a role names a service that cannot be reached from a private network yet. */
export function destinationsOf({ name, code, statements }: Caller, config: Config): Destinations {
  const services = new Set(
    statements.flatMap(({ actions }) => actions.map((action) => action.split(':')[0] ?? '')),
  );
  for (const service of CALLED_FOR_US) services.delete(service);
  const gateways = GATEWAY_SERVICES.filter((service) => services.delete(service));
  const interfaces = INTERFACE_SERVICES.filter((service) => services.delete(service));
  if (services.size > 0) throw new Error(`${name} calls ${[...services]}: no endpoint is known`);
  const targets = networkTargets(config).filter(
    ({ callers, urls }) => callers.includes(code) && urls.length > 0,
  );
  return { function: name, gateways, interfaces, targets };
}

/** The table that synth prints, a line a function. */
export function destinationsTable(
  all: readonly Destinations[],
  { network }: Config,
): readonly string[] {
  const where = ({ key, name, urls }: NetworkTarget) => {
    const addresses = network?.[key]?.join(' and ');
    const hosts = [...new Set(urls.map((url) => `${url.hostname}:${portOf(url)}`))];
    return `${name} ${hosts.join(' and ')}${addresses === undefined ? '' : ` at ${addresses}`}`;
  };
  const head =
    network === undefined
      ? 'functions are in no private network (network); this is what each calls, and nothing but its role holds it back:'
      : `functions are in ${network.vpcId}, and each may reach this and nothing else:`;
  const lines = all.map(({ function: name, gateways, interfaces, targets }) =>
    `  ${name.padEnd(20)} ${[...gateways, ...interfaces, ...targets.map(where)].join(', ')}`.trimEnd(),
  );
  const more = network?.securityGroupIds ?? [];
  return more.length === 0 ? [head, ...lines] : [head, ...lines, `  and what ${more} allow`];
}
