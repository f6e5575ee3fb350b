import { describe, expect, it } from 'vitest';
import { childOfCrash, SUPERVISION_TREE } from '../../core/supervision/supervision-tree.ts';
import { COLUMNS } from '../../functions/analytics/columns.ts';
import { byName, resourcesOf, synthesized, type TestResource } from './synthesized.ts';

const dev = synthesized();
const prod = synthesized({ stage: 'prod', 'delivery.endpoint': 'https://fhir.example.org/r4' });
const functionsOf = (template: typeof dev) =>
  byName(template, 'AWS::Lambda::Function', 'FunctionName');
const text = (value: unknown) => JSON.stringify(value);

/** Ids of resources of a type whose properties mention another resource's id. */
const mentioning = (type: string, id: string): TestResource[] =>
  Object.values(resourcesOf(dev, type)).filter(({ Properties }) => text(Properties).includes(id));

describe('R50: bulkheads', () => {
  const functions = Object.entries(resourcesOf(prod, 'AWS::Lambda::Function'));
  const mappings = Object.values(resourcesOf(prod, 'AWS::Lambda::EventSourceMapping'));
  const mostOf = (id: string) =>
    mappings
      .filter(({ Properties }) => text(Properties['FunctionName']) === text({ Ref: id }))
      .map(({ Properties }) => Number((Properties['ScalingConfig'] as Scaling).MaximumConcurrency));
  interface Scaling {
    readonly MaximumConcurrency: number;
  }

  it('every function reserves concurrency in prod, and its mappings together use no more', () => {
    for (const [id, { Properties }] of functions) {
      const reserved = Number(Properties['ReservedConcurrentExecutions']);
      const used = mostOf(id).reduce((sum, most) => sum + most, 0);
      expect(reserved, id).toBeGreaterThan(0);
      expect(used, id).toBeLessThanOrEqual(reserved);
    }
  });

  it.each([
    ['validate-critical', [100, 10]],
    ['deliver', [20]],
    ['reporting', [5]],
    ['analytics', [5]],
  ])('%s has %j environments for each of its queues', (name, most) => {
    const found = functions.find(([, { Properties }]) => {
      return Properties['FunctionName'] === `fhir-failsafe-prod-${name}`;
    });
    expect(mostOf(found?.[0] ?? '')).toEqual(most);
  });

  it('background gets its thousand if the account has them', () => {
    const large = synthesized({ stage: 'prod', accountConcurrency: '2000' });
    const most = Object.values(resourcesOf(large, 'AWS::Lambda::EventSourceMapping')).map(
      ({ Properties }) => text(Properties['ScalingConfig']),
    );
    expect(most).toContain('{"MaximumConcurrency":1000}');
  });
});

describe('R50: reporting and analytics', () => {
  const topics = byName(dev, 'AWS::SNS::Topic', 'TopicName');
  const [outcomes, management] = ['outcomes', 'management'].map((name) => {
    const wanted = text(topics.get(`fhir-failsafe-dev-${name}`)?.Properties);
    const all = Object.entries(resourcesOf(dev, 'AWS::SNS::Topic'));
    return all.find(([, { Properties }]) => text(Properties) === wanted)?.[0];
  });
  const subscriptions = (reader: string) => mentioning('AWS::SNS::Subscription', reader);

  it('each is fed by its own queue, and otherwise only by streams', () => {
    expect(subscriptions('Analytics').map(({ Properties }) => Properties)).toMatchObject([
      { TopicArn: { Ref: outcomes }, RawMessageDelivery: true },
    ]);
    const ofReporting = subscriptions('Reporting').map(({ Properties }) => Properties);
    expect(ofReporting).toMatchObject([
      { TopicArn: { Ref: outcomes } },
      // Alarms also publish on that topic, without the attribute.
      { TopicArn: { Ref: management }, FilterPolicy: { notice: ['notice', 'all-clear'] } },
    ]);
    expect(ofReporting[0]).not.toHaveProperty('FilterPolicy');
    for (const { Properties } of [...subscriptions('Analytics'), ...subscriptions('Reporting')]) {
      expect(Properties).toHaveProperty('RedrivePolicy');
    }
  });

  it('have no table, and their deaths neither pause nor escalate anything', () => {
    for (const component of ['reporting', 'analytics']) {
      const { Environment } =
        functionsOf(dev).get(`fhir-failsafe-dev-${component}`)?.Properties ?? {};
      const { Variables } = Environment as { Variables: Record<string, unknown> };
      expect(Object.keys(Variables).filter((name) => /TABLE|QUEUE|TOPIC/.test(name))).toEqual([]);
      const { node, above } = childOfCrash(SUPERVISION_TREE, { component }) ?? {};
      expect(node).toMatchObject({ restart: 'temporary', needs: [] });
      expect(above?.[0]?.name).toBe('application-layer');
    }
  });

  it('keep facts for the configured time, and page nobody', () => {
    const buckets = Object.values(resourcesOf(dev, 'AWS::S3::Bucket'));
    for (const [name, days] of [
      ['reports', 400],
      ['analytics', 2_192],
    ] as const) {
      const bucket = buckets.find(({ Properties }) =>
        text(Properties['BucketName'] ?? '').includes(`-${name}-`),
      );
      expect(bucket?.Properties['LifecycleConfiguration']).toMatchObject({
        Rules: [
          { Prefix: 'facts/', ExpirationInDays: days },
          { NoncurrentVersionExpiration: { NoncurrentDays: 7 } },
        ],
      });
    }
    const alarms = byName(dev, 'AWS::CloudWatch::Alarm', 'AlarmName');
    for (const what of ['-age', '-dead-letter', '-errors']) {
      for (const who of ['reporting', 'analytics']) {
        const alarm = alarms.get(`fhir-failsafe-dev-${who}${what}`)?.Properties;
        expect(alarm?.['AlarmActions'], `${who}${what}`).toEqual([{ Ref: management }]);
      }
    }
  });
});

describe("Athena's table", () => {
  const [database] = Object.values(resourcesOf(dev, 'AWS::Glue::Database'));
  const [table] = Object.values(resourcesOf(dev, 'AWS::Glue::Table'));
  interface TableInput {
    readonly Parameters: Record<string, unknown>;
    readonly StorageDescriptor: { readonly Columns: readonly { Name: string; Type: string }[] };
  }
  const input = table?.Properties['TableInput'] as TableInput;

  it('belongs to the stage, and knows new days without registration', () => {
    expect(database?.Properties).toMatchObject({ DatabaseInput: { Name: 'fhir_failsafe_dev' } });
    expect(table?.Properties).toMatchObject({ DatabaseName: 'fhir_failsafe_dev' });
    expect(input.Parameters).toMatchObject({
      'projection.enabled': 'true',
      'projection.day.type': 'date',
      'projection.day.format': 'yyyy-MM-dd',
    });
    const template = text(input.Parameters['storage.location.template']);
    expect(template).toMatch(/\/facts\/day=\$\{day\}\/"/);
  });

  it('has the columns that the files have', () => {
    const columns = input.StorageDescriptor.Columns.map(({ Name, Type }) => [Name, Type]);
    expect(columns).toEqual(COLUMNS.map(({ name, athena }) => [name, athena]));
  });
});
