import { describe, expect, it } from 'vitest';
import { byName, synthesized, type TestResource } from './synthesized.ts';

const dev = synthesized();
const prod = synthesized({ stage: 'prod' });
const KEEPS_DATA = ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::SQS::Queue', 'AWS::KMS::Key'];

const removal = (template: typeof dev, type: string) =>
  new Set(Object.values(template.findResources(type)).map(({ DeletionPolicy }) => DeletionPolicy));

describe('stages', () => {
  it('dev goes away without a trace, prod keeps what it holds', () => {
    for (const type of KEEPS_DATA) {
      expect(removal(dev, type), type).toEqual(new Set(['Delete']));
      expect(removal(prod, type), type).toEqual(new Set(['Retain']));
    }
  });

  it('prod tables are protected from deletion', () => {
    for (const { Properties } of byName(prod, 'AWS::DynamoDB::Table', 'TableName').values()) {
      expect(Properties['DeletionProtectionEnabled']).toBe(true);
    }
    for (const { Properties } of byName(dev, 'AWS::DynamoDB::Table', 'TableName').values()) {
      expect(Properties['DeletionProtectionEnabled']).toBe(false);
    }
  });

  it('logs are kept two weeks in dev, a year in prod', () => {
    dev.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 14 });
    prod.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 365 });
  });

  it('dev reserves no concurrency; prod does for every function', () => {
    const reserved = (template: typeof dev) =>
      [...byName(template, 'AWS::Lambda::Function', 'FunctionName')].map(([name, resource]) => [
        name.replace(/^fhir-failsafe-[a-z]+-/, ''),
        resource.Properties['ReservedConcurrentExecutions'],
      ]);
    expect(reserved(dev).map(([, value]) => value)).toEqual(Array(6).fill(undefined));
    expect(Object.fromEntries(reserved(prod))).toEqual({
      'validate-critical': 110,
      'validate-background': 775,
      quarantine: 4,
      incident: 2,
      supervisor: 4,
      monitor: 5,
    });
  });

  it('every name carries the stage, so that stages share an account', () => {
    const strayed = JSON.stringify(prod.toJSON()).match(/fhir-failsafe-(?!prod)[a-z]+/g);
    expect(strayed).toBeNull();
  });
});

describe('chaos', () => {
  it('sets CHAOS on the validate functions, and differs in nothing else', () => {
    const on = structuredClone(synthesized({ chaos: 'on' }).toJSON());
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
    expect(on).toEqual(dev.toJSON());
  });

  it('is not there unless asked for', () => {
    expect(JSON.stringify(dev.toJSON())).not.toContain('CHAOS');
  });
});
