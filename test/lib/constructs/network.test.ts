/** The private network: what each function may reach there, and which configs are refused. */
import { AwsSolutionsChecks, HIPAASecurityChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { standing } from '../../../bench/cost/standing-cost.ts';
import { destinationsOf, destinationsTable } from '../../../lib/checks/destinations.ts';
import { type PermissionsTemplate, permissionRows } from '../../../lib/checks/permissions.ts';
import { loadConfig } from '../../../lib/config/config-load.ts';
import { functionsOf } from '../../../lib/constructs/pipeline-function.ts';
import { planOf } from '../../../packages/local-lambda/template/plan.ts';
import { buildStack, byName, resourcesOf, synthesized } from '../synthesized.ts';

const SERVERS = {
  'delivery.endpoint': 'https://fhir.example.org:8443/r4',
  'terminology.endpoint': 'https://tx.example.org/r4',
  'traces.endpoint': 'https://otel.example.org',
};
const NETWORK = {
  'network.vpcId': 'vpc-0123456789abcdef0',
  'network.subnetIds': '["subnet-0123456789abcdef0","subnet-0123456789abcdef1"]',
  'network.routeTableIds': '["rtb-0123456789abcdef0"]',
  'network.prefixLists.s3': 'pl-63a5400a',
  'network.prefixLists.dynamodb': 'pl-02cd2c6b',
  'network.fhirServer': '["10.1.0.0/24"]',
  'network.terminologyServer': '["10.2.0.0/24","10.3.0.0/24"]',
  'network.traceCollector': '["10.4.0.7/32"]',
};
const ALL = { ...SERVERS, ...NETWORK };
const EXISTING = {
  ...ALL,
  'network.endpoints': 'existing',
  'network.endpointSecurityGroupIds': '["sg-0123456789abcdef0"]',
  'network.routeTableIds': '[]',
};
const template = synthesized(ALL);
const FUNCTION = 'AWS::Lambda::Function';
const groups = (of = template) => resourcesOf(of, 'AWS::EC2::SecurityGroup');

interface Rule {
  readonly Description: string;
  readonly CidrIp?: string;
  readonly FromPort: number;
  readonly ToPort: number;
}

/** Egress rules of a function. */
function egressOf(name: string, of = template): Rule[] {
  const found = Object.entries(groups(of)).find(([id]) =>
    id.toLowerCase().startsWith(`network${name.replaceAll('-', '')}`),
  );
  return found?.[1].Properties['SecurityGroupEgress'] as Rule[];
}
const said = ({ Description, CidrIp, FromPort }: Rule) =>
  `${Description}${CidrIp === undefined ? '' : ` ${CidrIp}:${FromPort}`}`;

/** empty-bucket runs while the stack is deleted, and must answer CloudFormation on the internet. */
const isOutside = (name: string) => name.endsWith('-empty-bucket');

describe('in a private network', () => {
  it('every function is in the subnets, in a security group of its own; without the setting none is', () => {
    const all = [...byName(template, FUNCTION, 'FunctionName')];
    expect(all.filter(([, { Properties }]) => !('VpcConfig' in Properties))).toMatchObject([
      [expect.stringMatching(/-empty-bucket$/), {}],
    ]);
    const functions = all.filter(([name]) => !isOutside(name)).map(([, each]) => each);
    expect(functions.length).toBe(11);
    const own = functions.map(({ Properties }) => {
      const { SubnetIds, SecurityGroupIds } = Properties['VpcConfig'] as Record<string, unknown[]>;
      expect(SubnetIds).toEqual(['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1']);
      expect(SecurityGroupIds).toHaveLength(1);
      return JSON.stringify(SecurityGroupIds);
    });
    expect(new Set(own).size).toBe(functions.length);
    for (const { Properties } of Object.values(resourcesOf(synthesized(SERVERS), FUNCTION))) {
      expect(Properties).not.toHaveProperty('VpcConfig');
    }
  });

  it('each function can reach what its role and config let it use, one port each, and nothing else', () => {
    const reached = Object.fromEntries(
      functionsOf(buildStack(ALL).stack).map(({ name }) => [
        name,
        egressOf(name).map(said).join(', '),
      ]),
    );
    const traces = 'trace collector 10.4.0.7/32:443';
    const validate = `dynamodb, s3, secretsmanager, sns, sqs, terminology server 10.2.0.0/24:443, terminology server 10.3.0.0/24:443, ${traces}`;
    expect(reached).toEqual({
      'validate-critical': validate,
      'validate-background': validate,
      quarantine: `dynamodb, s3, secretsmanager, sns, sqs, ${traces}`,
      incident: 'dynamodb, secretsmanager, sns, sqs',
      supervisor: 'dynamodb, lambda, sqs',
      audit: 'dynamodb, s3, secretsmanager, sqs',
      reporting: 's3, secretsmanager, sqs',
      analytics: 's3, secretsmanager, sqs',
      monitor: 'dynamodb, sns, sqs',
      deliver: `dynamodb, s3, sqs, FHIR server 10.1.0.0/24:8443, ${traces}`,
      resend: 'dynamodb, sqs',
    });
    for (const { Properties } of Object.values(groups())) {
      expect(Properties).not.toHaveProperty('SecurityGroupIngress');
      for (const rule of Properties['SecurityGroupEgress'] as Rule[]) {
        expect(rule.FromPort).toBe(rule.ToPort);
      }
    }
  });

  it('each address in a function’s environment has an egress rule', () => {
    const addresses = /https?:\/\/[\w.]+(?::\d+)?/g;
    for (const [name, { Properties }] of byName(template, FUNCTION, 'FunctionName')) {
      // `resend` gets servers only for the names of their breakers, and calls none.
      if (name.endsWith('-resend') || isOutside(name)) continue;
      const told = JSON.stringify(Properties['Environment']).match(addresses) ?? [];
      const ports = told.map((url) => Number(new URL(url).port || 443));
      const rules = egressOf(name.replace('fhir-failsafe-dev-', '')).filter(({ CidrIp }) => CidrIp);
      expect(new Set(rules.map(({ FromPort }) => FromPort)), name).toEqual(new Set(ports));
    }
  });

  it('endpoints accept only the functions that call them, their actions, and this account', () => {
    const endpoints = Object.values(resourcesOf(template, 'AWS::EC2::VPCEndpoint'));
    expect(endpoints).toHaveLength(6);
    for (const { Properties } of endpoints) {
      const { Statement } = Properties['PolicyDocument'] as {
        Statement: Record<string, unknown>[];
      };
      expect(Statement).toHaveLength(1);
      expect(Statement[0]?.['Condition']).toEqual({
        StringEquals: { 'aws:PrincipalAccount': { Ref: 'AWS::AccountId' } },
      });
      const { Action, Resource } = Statement[0] as { Action: string[]; Resource: unknown[] };
      for (const action of [Action].flat()) expect(action).not.toContain('*');
      for (const resource of [Resource].flat()) expect(resource).not.toBe('*');
      // AWS's limit for an endpoint's policy, with room for resolved references.
      expect(JSON.stringify(Properties['PolicyDocument']).length).toBeLessThan(15_000);
      if (Properties['VpcEndpointType'] === 'Gateway') {
        expect(Properties['RouteTableIds']).toEqual(['rtb-0123456789abcdef0']);
      } else {
        expect(Properties).toMatchObject({ PrivateDnsEnabled: true });
      }
    }
    const ingress = Object.values(resourcesOf(template, 'AWS::EC2::SecurityGroupIngress'));
    const callers = functionsOf(buildStack(ALL).stack).flatMap(({ name }) =>
      egressOf(name).filter(({ Description }) =>
        /^(lambda|secretsmanager|sns|sqs)$/.test(Description),
      ),
    );
    expect(ingress).toHaveLength(callers.length);
    for (const { Properties } of ingress) {
      expect(Properties).toMatchObject({ FromPort: 443, ToPort: 443 });
      expect(Properties).toHaveProperty('SourceSecurityGroupId');
    }
  });

  it('a function runs only after its endpoints exist and accept it', () => {
    const functions = template.toJSON()['Resources'] as Record<
      string,
      { Type: string; DependsOn?: string[]; Properties?: object }
    >;
    for (const { Type, DependsOn = [], Properties = {} } of Object.values(functions)) {
      if (Type !== FUNCTION || !('VpcConfig' in Properties)) continue;
      const types = new Set(DependsOn.map((id) => functions[id]?.Type));
      expect(types).toContain('AWS::EC2::VPCEndpoint');
      expect(types).toContain('AWS::EC2::SecurityGroupIngress');
    }
  });

  it('existing endpoints are reached by their security groups, and none is created', () => {
    const existing = synthesized(EXISTING);
    expect(resourcesOf(existing, 'AWS::EC2::VPCEndpoint')).toEqual({});
    expect(egressOf('resend', existing)).toEqual([
      expect.objectContaining({ Description: 'dynamodb', DestinationPrefixListId: 'pl-02cd2c6b' }),
      expect.objectContaining({
        DestinationSecurityGroupId: 'sg-0123456789abcdef0',
        FromPort: 443,
      }),
    ]);
  });

  it('the functions’ code may not change network interfaces, though Lambda itself may', () => {
    const rows = permissionRows(template.toJSON() as PermissionsTemplate).filter(({ actions }) =>
      actions.includes('ec2:'),
    );
    const own = rows.filter((row) => row.function === 'deliver');
    expect(
      own.map(({ purpose, actions, resources, only }) => [purpose, actions, resources, only]),
    ).toEqual([
      ['SeeInterfaces', 'ec2:DescribeNetworkInterfaces, ec2:DescribeSubnets', '*', ''],
      [
        'MakeInterfaces',
        'ec2:CreateNetworkInterface',
        expect.stringMatching(
          /:network-interface\/\*,.*:security-group\/its own, .*:subnet\/subnet-0123456789abcdef0, .*def1$/,
        ),
        '',
      ],
      [
        'ChangeInterfaces',
        expect.stringContaining('ec2:DeleteNetworkInterface'),
        expect.any(String),
        '',
      ],
      [
        'NotByItsOwnCode',
        `never ${[...own.slice(0, 3)]
          .flatMap(({ actions }) => actions.split(', '))
          .sort()
          .join(', ')}`,
        '*',
        'where its own code asks',
      ],
    ]);
    expect(rows).toHaveLength(44);
  });

  it('the local runtime accepts the template and ignores its network', () => {
    const resources = template.toJSON() as { Resources: object; Outputs: object };
    const assembly = {
      stackName: 'fhir-failsafe-dev',
      template: { Parameters: {}, ...resources } as never,
      assets: { get: () => 'somewhere' } as never,
    };
    expect(planOf(assembly, 'http://127.0.0.1:1').functions).toHaveLength(12);
  });
});

describe('cdk-nag', () => {
  it.each([
    ['made', ALL],
    ['existing', EXISTING],
  ])(
    'finds nothing if endpoints are %s, and no acknowledgement of a missing network is left',
    (_, context) => {
      const { app } = buildStack({ stage: 'prod', ...context });
      const found = [new AwsSolutionsChecks(), new HIPAASecurityChecks()].flatMap((pack) =>
        pack.validateScope(app).violations.map(({ ruleName }) => ruleName),
      );
      expect(found).toEqual([]);
      const acknowledged = app.node.findAll().flatMap(({ node }) => node.metadata);
      const text = JSON.stringify(acknowledged.map(({ data }) => data));
      expect(text).toContain('IAM5');
      expect(text).not.toContain('LambdaInsideVPC');
    },
  );
});

describe('a network that cannot work', () => {
  const without = (key: string, context: Record<string, string> = ALL) =>
    Object.fromEntries(Object.entries(context).filter(([each]) => each !== key));

  it.each([
    [
      without('network.routeTableIds'),
      /^config refused: network\.routeTableIds must name the route tables of the subnets/,
    ],
    [without('network.vpcId'), /network\.vpcId is missing \(failsafe\.config\.ts\): /],
    [
      without('network.prefixLists.s3'),
      /network\.prefixLists\.s3 is missing \(failsafe\.config\.ts\): /,
    ],
    [
      without('network.fhirServer'),
      /network\.fhirServer must say at which addresses delivery\.endpoint is/,
    ],
    [
      without('delivery.endpoint'),
      /network\.fhirServer changes nothing without delivery\.endpoint/,
    ],
    [
      { ...ALL, 'delivery.endpoint': 'http://127.0.0.1:1/fhir' },
      /network\.fhirServer changes nothing/,
    ],
    [
      without('network.endpointSecurityGroupIds', EXISTING),
      /network\.endpointSecurityGroupIds must name/,
    ],
    [
      { ...EXISTING, 'network.endpoints': 'create' },
      /network\.routeTableIds must .*; network\.endpointSecurityGroupIds changes nothing/,
    ],
    [
      { ...EXISTING, 'network.routeTableIds': '["rtb-01234567"]' },
      /network\.routeTableIds changes nothing/,
    ],
    [
      { ...ALL, 'network.subnetIds': '["subnet-01234567","subnet-01234567"]' },
      /network\.subnetIds names subnet-01234567 twice/,
    ],
    [
      { ...ALL, 'network.subnetIds': '["10.0.0.0/16"]' },
      /network\.subnetIds\.0: must be an id such as subnet-/,
    ],
    [
      { ...ALL, 'network.fhirServer': '["fhir.example.org"]' },
      /network\.fhirServer\.0: must be a block/,
    ],
    [{ ...ALL, 'network.subnets': '["subnet-01234567"]' }, /network\.subnets is not a setting/],
  ])('is refused in one line: %#', (context, problem) => {
    const refusal = () => loadConfig({}, context);
    expect(refusal).toThrow(problem);
    expect(refusal).not.toThrow(/\n/);
  });
});

describe('synth prints what each function may reach', () => {
  const table = (context: Record<string, string>) => {
    const { stack } = buildStack(context);
    const config = loadConfig({}, context);
    return destinationsTable(
      functionsOf(stack).map((each) => destinationsOf(each, config)),
      config,
    );
  };

  it('in a network', () => {
    const [head, ...lines] = table(ALL);
    expect(head).toBe(
      'functions are in vpc-0123456789abcdef0, and each may reach this and nothing else:',
    );
    expect(lines).toHaveLength(11);
    expect(lines).toContain(
      '  deliver              dynamodb, s3, sqs, FHIR server fhir.example.org:8443 at 10.1.0.0/24, trace collector otel.example.org:443 at 10.4.0.7/32',
    );
  });

  it('without a network: what each calls', () => {
    const [head, ...lines] = table({});
    expect(head).toMatch(/in no private network .* nothing but its role holds it back/);
    expect(lines).toContain('  audit                dynamodb, s3, secretsmanager, sqs');
    expect(lines).toHaveLength(9);
  });

  it('with the security groups that the config adds', () => {
    expect(table({ ...ALL, 'network.securityGroupIds': '["sg-01234567"]' }).at(-1)).toBe(
      '  and what sg-01234567 allow',
    );
  });
});

it('interface endpoints cost a cent an hour in each subnet, and nothing without a network', () => {
  const resources = (of: typeof template) => of.toJSON()['Resources'] as never;
  const usd = standing(resources(template), 0).byService().get('VPC endpoints');
  expect(usd).toBeCloseTo(4 * 2 * 730 * 0.01);
  expect(standing(resources(synthesized()), 0).byService().get('VPC endpoints')).toBeUndefined();
});
