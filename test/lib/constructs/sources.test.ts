import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { lanes } from '../../../core/message/messages.ts';
import { sourceRulesSchema } from '../../../core/source/sources.ts';
import type { ConfigInput } from '../../../lib/config/config.ts';
import { ConfigError, loadConfig } from '../../../lib/config/config-load.ts';
import { sourceFiles } from '../../../lib/constructs/sources.ts';
import { ENV } from '../../../telemetry/env-names.ts';
import { byName, resourcesOf, synthesized } from '../synthesized.ts';

const sources = {
  operators: ['AROAOPERATOR1'],
  operatorArns: ['arn:aws:iam::111122223333:role/operator-*'],
  known: {
    'hospital-a': { senders: ['AROAHOSPITALA'], lanes: ['critical'] },
    lab: { senders: ['AIDALABORATORY', '111122223333'], ratePerMinute: 600 },
  },
} satisfies ConfigInput['sources'];

const senders = {
  accounts: ['111122223333'],
  roles: ['arn:aws:iam::444455556666:role/sender'],
  services: [
    { principal: 'sns.amazonaws.com', sourceArn: 'arn:aws:sns:us-east-1:444455556666:births' },
  ],
};

const templateOf = (file: ConfigInput) => synthesized({}, file);

/** Statements about sending in a queue's policy, by Sid. */
function sendingTo(template: Template, queue: string) {
  const id = [...Object.entries(resourcesOf(template, 'AWS::SQS::Queue'))].find(
    ([, { Properties }]) => Properties['QueueName'] === `fhir-failsafe-dev-${queue}`,
  )?.[0];
  const policies = Object.values(resourcesOf(template, 'AWS::SQS::QueuePolicy'));
  const statements = policies
    .filter(({ Properties }) => JSON.stringify(Properties['Queues']).includes(`"${id}"`))
    .flatMap(
      ({ Properties }) => (Properties['PolicyDocument'] as { Statement: unknown[] }).Statement,
    );
  return statements.filter((one) => JSON.stringify(one).includes('sqs:SendMessage'));
}

const ACCOUNT = { Ref: 'AWS::AccountId' };
const ROOT = {
  'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::', ACCOUNT, ':root']],
};
const joined = (...parts: object[]) => ({
  'Fn::Join': ['', parts.flatMap((part, n) => (n === 0 ? [part] : [',', part]))],
});
const roleOf = (name: string) => ({
  'Fn::GetAtt': [expect.stringMatching(new RegExp(`^${name}ValidateRole`)), 'Arn'],
});
const laneIds = { critical: 'Critical', background: 'Background' } as const;

describe('the senders of a lane', () => {
  it('are not restricted by the queue if the config names none', () => {
    for (const lane of lanes) expect(sendingTo(synthesized(), lane)).toEqual([]);
  });

  it('are those that the config names; everybody else is denied', () => {
    const template = templateOf({ lanes: { critical: { senders } } });
    const statements = sendingTo(template, 'critical');
    expect(statements).toEqual([
      {
        Sid: 'Senders',
        Effect: 'Allow',
        Action: 'sqs:SendMessage',
        Principal: {
          AWS: [
            'arn:aws:iam::444455556666:role/sender',
            { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::111122223333:root']] },
          ],
        },
        Resource: expect.anything(),
      },
      {
        Sid: 'Service0',
        Effect: 'Allow',
        Action: 'sqs:SendMessage',
        Principal: { Service: 'sns.amazonaws.com' },
        Condition: { ArnLike: { 'aws:SourceArn': [senders.services[0]?.sourceArn] } },
        Resource: expect.anything(),
      },
      {
        Sid: 'NobodyElse',
        Effect: 'Deny',
        Action: 'sqs:SendMessage',
        Principal: { AWS: '*' },
        Condition: {
          StringNotEquals: { 'aws:PrincipalAccount': ['111122223333'] },
          ArnNotLike: {
            'aws:PrincipalArn': ['arn:aws:iam::444455556666:role/sender'],
            'aws:SourceArn': ['arn:aws:sns:us-east-1:444455556666:births'],
          },
        },
        Resource: expect.anything(),
      },
    ]);
    expect(sendingTo(template, 'background')).toEqual([]);
  });

  it('may use the key; a principal only through SQS', () => {
    const template = templateOf({ lanes: { critical: { senders } } });
    const [key] = Object.values(resourcesOf(template, 'AWS::KMS::Key'));
    const { Statement } = (key?.Properties['KeyPolicy'] ?? { Statement: [] }) as {
      Statement: { Sid?: string }[];
    };
    const added = Statement.filter(({ Sid }) => /^(Senders|Service\d)/.test(Sid ?? ''));
    expect(added).toMatchObject([
      {
        Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        Condition: { StringEquals: { 'kms:ViaService': expect.anything() } },
      },
      {
        Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        Principal: { Service: 'sns.amazonaws.com' },
      },
    ]);
  });

  it('leave no empty condition in the denial', () => {
    const template = templateOf({
      lanes: { background: { senders: { accounts: ['111122223333'] } } },
    });
    expect(sendingTo(template, 'background').at(-1)).toMatchObject({
      Condition: { StringNotEquals: { 'aws:PrincipalAccount': ['111122223333'] } },
    });
    expect(JSON.stringify(sendingTo(template, 'background'))).not.toContain('ArnNotLike');
  });
});

describe('with sources', () => {
  const template = templateOf({ sources });

  it.each(lanes)('only our own role, and operators, may send to the queues behind %s', (lane) => {
    const own = roleOf(laneIds[lane]);
    const denies = (queue: string, arns: unknown[]) =>
      expect(sendingTo(template, queue)).toEqual([
        expect.objectContaining({
          Sid: 'NobodyElse',
          Effect: 'Deny',
          Condition: { ArnNotLike: { 'aws:PrincipalArn': arns } },
        }),
      ]);
    denies(`${lane}-isolation`, [own, ROOT, 'arn:aws:iam::111122223333:role/operator-*']);
    denies(`${lane}-dead-letter`, [own]);
  });

  it('validate and quarantine get the rules, and the unique ids of our own roles', () => {
    const functions = byName(template, 'AWS::Lambda::Function', 'FunctionName');
    const told = (name: string) =>
      (
        (functions.get(`fhir-failsafe-dev-${name}`)?.Properties['Environment'] ?? {}) as {
          Variables: Record<string, unknown>;
        }
      ).Variables;
    const roleId = (lane: keyof typeof laneIds) => ({
      'Fn::GetAtt': [expect.stringMatching(new RegExp(`^${laneIds[lane]}ValidateRole`)), 'RoleId'],
    });
    for (const lane of lanes) {
      expect(told(`validate-${lane}`)).toMatchObject({
        [ENV.sourcesFile]: 'sources.json',
        [ENV.ownRoleIds]: joined(roleId(lane), ACCOUNT),
        [ENV.auditQueueUrl]: expect.anything(),
        [ENV.ratesTable]: expect.anything(),
      });
    }
    expect(told('quarantine')).toMatchObject({
      [ENV.sourcesFile]: 'sources.json',
      [ENV.ownRoleIds]: joined(roleId('critical'), roleId('background'), ACCOUNT),
    });
  });

  it('the rules are in a file beside the code, in the format that the functions read', () => {
    const files = sourceFiles(loadConfig({ sources }, {}));
    expect(Object.keys(files)).toEqual(['validate', 'quarantine']);
    const rules = sourceRulesSchema.parse(JSON.parse(files['validate']?.['sources.json'] ?? ''));
    expect(rules.known['hospital-a']).toEqual({ senders: ['AROAHOSPITALA'], lanes: ['critical'] });
    expect(rules.operators).toEqual(['AROAOPERATOR1']);
    expect(sourceFiles(loadConfig({}, {}))).toEqual({});
  });

  it('rates are counted in a table that expires, which exists only if there are rates', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      TableName: 'fhir-failsafe-dev-rates',
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
    const { lab: _, ...known } = sources.known;
    const without = templateOf({ sources: { ...sources, known } });
    expect(JSON.stringify(without.toJSON())).not.toContain('-rates');
  });
});

describe('a wrong config of sources is refused', () => {
  const refusal = (file: ConfigInput, context = {}) => {
    try {
      loadConfig(file, context);
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
    return undefined;
  };
  const known: NonNullable<NonNullable<ConfigInput['sources']>['known']> = {
    lab: { senders: ['AIDALABORATORY'] },
  };

  it.each<[ConfigInput, RegExp]>([
    [{ sources: { known: { lab: { senders: ['AROALAB:session'] } } } }, /unique id of IAM/],
    [{ sources: { known: { 'a#b': { senders: ['AROALAB1'] } } } }, /a#b/],
    [
      { sources: { known: { unknown: { senders: ['AROALAB1'] } } } },
      /reserved for unknown senders/,
    ],
    [
      { sources: { known: { ...known, other: { senders: ['AIDALABORATORY'] } } } },
      /other\.senders AIDALABORATORY is one of lab too/,
    ],
    [
      {
        sources: { known, operators: ['AIDALABORATORY'], operatorArns: ['arn:aws:iam::1:user/x'] },
      },
      /is a sender of sources\.known\.lab too/,
    ],
    [{ sources: { known, operators: ['AROAOPERATOR1'] } }, /both name the operators/],
    [{ stage: 'prod', sources: { known, senderIds: 'fixed' } }, /refused for production/],
    [{ lanes: { critical: { senders: {} } } }, /lanes\.critical\.senders names nobody/],
    [
      { lanes: { critical: { senders: { roles: ['sender'] } } } },
      /lanes\.critical\.senders\.roles/,
    ],
  ])('%j', (file, message) => {
    expect(refusal(file)).toMatch(message);
  });
});
