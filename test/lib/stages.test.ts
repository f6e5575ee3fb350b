import { describe, expect, it } from 'vitest';
import { byName, synthesized, type TestResource } from './synthesized.ts';

const dev = synthesized();
const prod = synthesized({ stage: 'prod' });
const qa = synthesized({ stage: 'qa', production: 'true' });
const released = synthesized({ stage: 'prod', production: 'false' });
const chaotic = synthesized({ chaos: 'on' });
const KEEPS_DATA = [
  ...['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::SQS::Queue', 'AWS::KMS::Key'],
  ...['AWS::SecretsManager::Secret', 'AWS::Logs::LogGroup'],
];

const removal = (template: typeof dev, type: string) =>
  new Set(
    Object.entries(template.findResources(type))
      .filter(([logicalId]) => !logicalId.startsWith('AuditVault'))
      .map(([, { DeletionPolicy }]) => DeletionPolicy),
  );

describe('stages', () => {
  it('dev is deleted with all its data except the audit log; prod keeps its data', () => {
    for (const type of KEEPS_DATA) {
      // Protected from deletion, so that CloudFormation could not delete it after a failure either.
      const kept = type === 'AWS::DynamoDB::Table' ? 'Retain' : 'RetainExceptOnCreate';
      expect(removal(dev, type), type).toEqual(new Set(['Delete']));
      expect(removal(prod, type), type).toEqual(new Set([kept]));
    }
  });

  it('in prod delivery can be switched off and on: no queue of it stays, which nothing could import', () => {
    const delivering = synthesized({
      stage: 'prod',
      'delivery.endpoint': 'https://fhir.example.org/r4',
    });
    const kept = new Set(Object.keys(prod.findResources('AWS::SQS::Queue')));
    const added = Object.entries(delivering.findResources('AWS::SQS::Queue'))
      .filter(([id]) => !kept.has(id))
      .map(([, { DeletionPolicy }]) => DeletionPolicy);
    expect(added).toEqual(['Delete', 'Delete']);
  });

  it('tables of prod are protected from deletion', () => {
    for (const { Properties } of byName(prod, 'AWS::DynamoDB::Table', 'TableName').values()) {
      expect(Properties['DeletionProtectionEnabled']).toBe(true);
    }
    for (const { Properties } of byName(dev, 'AWS::DynamoDB::Table', 'TableName').values()) {
      expect(Properties['DeletionProtectionEnabled']).toBe(false);
    }
  });

  it('a deleted key of dev can be restored for a week, one of prod for a month', () => {
    dev.allResourcesProperties('AWS::KMS::Key', { PendingWindowInDays: 7 });
    prod.allResourcesProperties('AWS::KMS::Key', { PendingWindowInDays: 30 });
  });

  it('logs are kept two weeks in dev, a year in prod', () => {
    dev.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 14 });
    prod.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 365 });
  });

  it('dev reserves no concurrency; prod reserves it for every function', () => {
    const reserved = (template: typeof dev) =>
      [...byName(template, 'AWS::Lambda::Function', 'FunctionName')].map(([name, resource]) => [
        name.replace(/^fhir-failsafe-[a-z]+-/, ''),
        resource.Properties['ReservedConcurrentExecutions'],
      ]);
    expect(reserved(dev).map(([, value]) => value)).toEqual(Array(10).fill(undefined));
    expect(Object.fromEntries(reserved(prod))).toEqual({
      'validate-critical': 110,
      'validate-background': 668,
      quarantine: 4,
      incident: 2,
      audit: 3,
      supervisor: 4,
      monitor: 5,
      reporting: 5,
      analytics: 5,
    });
  });

  it.each([
    { stage: 'qa', production: 'true', template: qa, like: prod, called: 'prod' },
    { stage: 'prod', production: 'false', template: released, like: dev, called: 'dev' },
  ])('stage $stage, production $production, is the same as $called but for its name', (one) => {
    const [renamed, like] = [anonymous(one.template, one.stage), anonymous(one.like, one.called)];
    expect(takeConfigurationHash(renamed)).not.toBe(takeConfigurationHash(like));
    expect(renamed).toEqual(like);
  });

  it('every name contains the stage, so stages can share an account', () => {
    const strayed = JSON.stringify(prod.toJSON()).match(/fhir-failsafe-(?!prod)[a-z]+/g);
    expect(strayed).toBeNull();
  });
});

/** A template without its stage's name, which the id of the minute rule's permission holds too. */
const anonymous = (template: typeof dev, stage: string) =>
  JSON.parse(
    JSON.stringify(template.toJSON())
      .replaceAll(new RegExp(`(fhir[-_]failsafe[-_ ]|--stage |"STAGE":")${stage}\\b`, 'g'), '$1')
      .replaceAll(/MinuteRuleAllowEventRule\w+/g, 'MinuteRuleMayWake'),
  ) as ReturnType<typeof template.toJSON>;

/** Removes the configuration's hash, which differs between configs, from the template and returns it. */
function takeConfigurationHash(template: { [key: string]: Record<string, TestResource> }): string {
  const functions = Object.values<TestResource>(template['Resources'] ?? {});
  for (const { Type, Properties } of functions) {
    if (Type !== 'AWS::Lambda::Function') continue;
    const { Variables } = Properties['Environment'] as { Variables: Record<string, string> };
    const hash = Variables['CONFIGURATION_HASH'];
    delete Variables['CONFIGURATION_HASH'];
    if (hash !== undefined) return hash;
  }
  throw new Error('no function is told the hash of the config');
}

describe('chaos', () => {
  it('sets CHAOS on the validate functions, and changes nothing else', () => {
    const on = structuredClone(chaotic.toJSON());
    const off = structuredClone(dev.toJSON());
    expect(takeConfigurationHash(on)).not.toBe(takeConfigurationHash(off));
    const functions: TestResource[] = Object.values(on.Resources);
    let removed = 0;
    for (const { Type, Properties } of functions) {
      if (Type !== 'AWS::Lambda::Function') continue;
      if (!String(Properties['FunctionName']).includes('-validate-')) continue;
      const { Variables } = Properties['Environment'] as { Variables: Record<string, unknown> };
      expect(Variables['CHAOS']).toBe('on');
      delete Variables['CHAOS'];
      removed += 1;
    }
    expect(removed).toBe(2);
    expect(on).toEqual(off);
  });

  it('is off unless asked for', () => {
    expect(JSON.stringify(dev.toJSON())).not.toContain('CHAOS');
  });
});

describe('the audit log', () => {
  const vault = (template: typeof dev) =>
    Object.entries(template.findResources('AWS::S3::Bucket')).find(([id]) =>
      id.startsWith('AuditVault'),
    )?.[1];

  it('R41: outlives the stack in every stage, with its own key', () => {
    for (const template of [dev, prod]) {
      for (const type of ['AWS::S3::Bucket', 'AWS::KMS::Key']) {
        const own = Object.entries(template.findResources(type)).filter(([id]) =>
          id.startsWith('AuditVault'),
        );
        expect(own.map(([, { DeletionPolicy }]) => DeletionPolicy)).toEqual(['Retain']);
        expect(own.map(([, { UpdateReplacePolicy }]) => UpdateReplacePolicy)).toEqual(['Retain']);
      }
      expect(vault(template)?.Properties).not.toHaveProperty('BucketName');
    }
  });

  it('R41: is locked for everybody: six years in prod, a day elsewhere', () => {
    const retention = (template: typeof dev) =>
      vault(template)?.Properties.ObjectLockConfiguration.Rule.DefaultRetention;
    expect(retention(prod)).toEqual({ Mode: 'COMPLIANCE', Days: 2192 });
    expect(retention(dev)).toEqual({ Mode: 'GOVERNANCE', Days: 1 });
    expect(vault(prod)?.Properties).toMatchObject({
      ObjectLockEnabled: true,
      VersioningConfiguration: { Status: 'Enabled' },
    });
  });
});
