import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { lanes } from '../../core/message/messages.ts';
import { incidentSettingsSchema } from '../../functions/incident/settings.ts';
import { quarantineSettingsSchema } from '../../functions/quarantine/settings.ts';
import { validateSettingsSchema } from '../../functions/validate/settings.ts';
import type { ConfigInput } from '../../lib/config/config.ts';
import { ENV } from '../../telemetry/env-names.ts';
import { buildStack, byName, synthesized, type TestResource } from './synthesized.ts';

const template = synthesized();
const named = (name: string) => `fhir-failsafe-dev-${name}`;
const queues = byName(template, 'AWS::SQS::Queue', 'QueueName');
const functions = byName(template, 'AWS::Lambda::Function', 'FunctionName');
const tables = byName(template, 'AWS::DynamoDB::Table', 'TableName');

/** Logical id that references in the template contain. */
function logicalId(type: string, resource: TestResource | undefined): string {
  const found = Object.entries(template.findResources(type)).find(
    ([, { Properties }]) => JSON.stringify(Properties) === JSON.stringify(resource?.Properties),
  );
  if (found === undefined) throw new Error(`no such ${type}`);
  return found[0];
}
const arnOf = (type: string, resource: TestResource | undefined) => ({
  'Fn::GetAtt': [logicalId(type, resource), 'Arn'],
});
const queueArn = (name: string) => arnOf('AWS::SQS::Queue', queues.get(named(name)));

function environment(name: string): Record<string, unknown> {
  const { Environment } = functions.get(named(name))?.Properties ?? {};
  return (Environment as { Variables: Record<string, unknown> }).Variables;
}

describe('queues', () => {
  it('are those of the drawing, each with a retention of 14 days', () => {
    const names = lanes.flatMap((lane) => [lane, `${lane}-isolation`, `${lane}-dead-letter`]);
    const others = [
      ...['incident', 'supervisor', 'reporting', 'analytics'].flatMap((reader) => [
        reader,
        `${reader}-dead-letter`,
      ]),
      'monitor-dead-letter',
    ];
    const fifo = ['audit.fifo', 'audit-dead-letter.fifo'];
    expect([...queues.keys()].sort()).toEqual([...names, ...others, ...fifo].map(named).sort());
    for (const queue of queues.values()) {
      expect(queue.Properties['MessageRetentionPeriod']).toBe(14 * 24 * 3600);
    }
  });

  it.each([
    ['critical', 60, 'critical-dead-letter'],
    ['critical-isolation', 60, 'critical-dead-letter'],
    ['background', 70, 'background-dead-letter'],
    ['background-isolation', 60, 'background-dead-letter'],
    ['incident', 190, 'incident-dead-letter'],
    ['supervisor', 540, 'supervisor-dead-letter'],
    ['audit.fifo', 180, 'audit-dead-letter.fifo'],
    ['reporting', 780, 'reporting-dead-letter'],
    ['analytics', 660, 'analytics-dead-letter'],
  ])(
    '%s has a visibility timeout of %d s, and moves a message to %s after 1000 receives',
    (name, seconds, dead) => {
      expect(queues.get(named(name))?.Properties).toMatchObject({
        VisibilityTimeout: seconds,
        RedrivePolicy: { deadLetterTargetArn: queueArn(dead), maxReceiveCount: 1000 },
      });
    },
  );

  it('have a redrive policy, except dead-letter queues', () => {
    const without = [...queues].filter(([, { Properties }]) => !Properties['RedrivePolicy']);
    const owners = ['analytics', 'background', 'critical', 'incident', 'monitor', 'reporting'];
    expect(without.map(([name]) => name).sort()).toEqual(
      [...owners, 'supervisor']
        .map((name) => `${name}-dead-letter`)
        .concat('audit-dead-letter.fifo')
        .map(named)
        .sort(),
    );
  });
});

describe('event source mappings', () => {
  const mappings = Object.values(template.findResources('AWS::Lambda::EventSourceMapping'));

  it('all report batch item failures', () => {
    expect(mappings).toHaveLength(12);
    for (const { Properties } of mappings) {
      expect(Properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
    }
  });

  it.each([
    ['critical', 'validate-critical', 10, 0, 100],
    ['critical-isolation', 'validate-critical', 1, 0, 10],
    ['background', 'validate-background', 100, 1, 1000],
    ['background-isolation', 'validate-background', 1, 0, 10],
    ['critical-dead-letter', 'quarantine', 10, 0, 2],
    ['background-dead-letter', 'quarantine', 10, 0, 2],
    ['monitor-dead-letter', 'monitor', 1, 0, 2],
    ['incident', 'incident', 100, 1, 2],
    ['supervisor', 'supervisor', 10, 0, 4],
    // Lambda knows no window of a FIFO queue.
    ['audit.fifo', 'audit', 10, undefined, 2],
    ['reporting', 'reporting', 10_000, 60, 5],
    ['analytics', 'analytics', 10_000, 300, 5],
  ])(
    'queue %s feeds %s by %d within %s s, at most %d at a time',
    (queue, name, size, window, most) => {
      const Ref = logicalId('AWS::Lambda::Function', functions.get(named(name)));
      const found = mappings.filter(({ Properties }) =>
        JSON.stringify(Properties.EventSourceArn).includes(queueArn(queue)['Fn::GetAtt'][0] ?? '?'),
      );
      expect(found.map(({ Properties }) => Properties)).toEqual([
        {
          EventSourceArn: queueArn(queue),
          FunctionName: { Ref },
          BatchSize: size,
          ...(window !== undefined && { MaximumBatchingWindowInSeconds: window }),
          ScalingConfig: { MaximumConcurrency: most },
          FunctionResponseTypes: ['ReportBatchItemFailures'],
        },
      ]);
    },
  );
});

describe('functions', () => {
  it('run as ESM on nodejs24.x and arm64, log JSON with platform records, and have no secrets', () => {
    expect([...functions.keys()].sort()).toEqual(
      [
        ...['analytics', 'audit', 'empty-bucket', 'incident', 'monitor'],
        ...['quarantine', 'reporting', 'supervisor'],
        ...['validate-background', 'validate-critical'],
      ].map(named),
    );
    for (const { Properties } of functions.values()) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'handler.handler',
        LoggingConfig: { LogFormat: 'JSON', SystemLogLevel: 'INFO', ApplicationLogLevel: 'INFO' },
      });
      expect(JSON.stringify(Properties['Environment'])).not.toMatch(/secret|password|token/i);
    }
  });

  it.each(lanes)('validate-%s gets its own lane and every setting', (lane) => {
    const variables = environment(`validate-${lane}`);
    const Ref = (name: string) => ({
      Ref: logicalId('AWS::SQS::Queue', queues.get(named(name))),
    });
    expect(variables).toMatchObject({
      [ENV.lane]: lane,
      [ENV.laneQueueArn]: queueArn(lane),
      [ENV.laneQueueUrl]: Ref(lane),
      [ENV.isolationQueueUrl]: Ref(`${lane}-isolation`),
      [ENV.deadLetterQueueUrl]: Ref(`${lane}-dead-letter`),
    });
    const settings = JSON.parse(String(variables[ENV.settings]));
    expect(validateSettingsSchema.parse(settings)).toEqual(settings);
    expect(settings).toMatchObject({
      deadlineMs: 5_000,
      cpuShare: 1_024 / 1_769,
      attemptsMax: 2,
      functionTimeoutMs: 10_000,
    });
    expect(functions.get(named(`validate-${lane}`))?.Properties).toMatchObject({
      MemorySize: 1024,
      Timeout: 10,
    });
  });

  it('quarantine and incident get every setting', () => {
    const told = (name: string) => JSON.parse(String(environment(name)[ENV.settings]));
    expect(quarantineSettingsSchema.parse(told('quarantine'))).toEqual(told('quarantine'));
    expect(incidentSettingsSchema.parse(told('incident'))).toEqual(told('incident'));
    expect(told('incident')).toMatchObject({ crashesToOpen: 10, windowMs: 300_000 });
  });

  it('follow the config', () => {
    const changed = synthesized({
      deadlineMs: '4000',
      memoryMb: '2048',
      'incident.crashes': '3',
    });
    const text = JSON.stringify(changed.toJSON());
    expect(text).toContain('\\"deadlineMs\\":4000,\\"cpuShare\\":1,');
    expect(text).toContain('\\"crashesToOpen\\":3');
  });
});

describe('the monitor', () => {
  const filters = Object.values(template.findResources('AWS::Logs::SubscriptionFilter'));
  const monitor = logicalId('AWS::Lambda::Function', functions.get(named('monitor')));

  it('gets failed platform records of every other function of the pipeline, never of itself', () => {
    const groups = byName(template, 'AWS::Logs::LogGroup', 'LogGroupName');
    // empty-bucket runs while the stack is deleted: nobody would be left to page.
    const watched = [...groups].filter(([name]) => !/-(monitor|empty-bucket)$/.test(name));
    expect(filters.map(({ Properties }) => Properties.LogGroupName.Ref).sort()).toEqual(
      watched.map(([, group]) => logicalId('AWS::Logs::LogGroup', group)).sort(),
    );
    for (const { Properties } of filters) {
      expect(Properties).toMatchObject({
        DestinationArn: { 'Fn::GetAtt': [monitor, 'Arn'] },
        FilterPattern:
          '{ ($.type = "platform.initReport" || $.type = "platform.runtimeDone" || ' +
          '$.type = "platform.report") && ($.record.status = "error" || ' +
          '$.record.status = "failure" || $.record.status = "timeout") }',
      });
    }
  });

  it('R20: may be invoked for those log groups only, and keeps what it could not publish in a queue that it reads', () => {
    const permissions = Object.values(template.findResources('AWS::Lambda::Permission')).filter(
      ({ Properties }) => Properties.Principal === 'logs.amazonaws.com',
    );
    expect(permissions).toHaveLength(filters.length);
    for (const { Properties } of permissions) {
      expect(Properties).toMatchObject({
        Principal: 'logs.amazonaws.com',
        FunctionName: { 'Fn::GetAtt': [monitor, 'Arn'] },
        SourceArn: { 'Fn::GetAtt': [expect.stringMatching(/Logs/), 'Arn'] },
      });
    }
    expect(functions.get(named('monitor'))?.Properties).toMatchObject({
      DeadLetterConfig: { TargetArn: queueArn('monitor-dead-letter') },
    });
  });
});

describe('topics', () => {
  it.each(['incident', 'supervisor'])(
    'crashes reaches the %s queue raw, and keeps what could not be delivered',
    (reader) => {
      const topics = byName(template, 'AWS::SNS::Topic', 'TopicName');
      expect([...topics.keys()].sort()).toEqual(
        ['crashes', 'management', 'oncall', 'outcomes'].map(named),
      );
      template.resourceCountIs('AWS::SNS::Subscription', 5);
      template.hasResourceProperties('AWS::SNS::Subscription', {
        Protocol: 'sqs',
        RawMessageDelivery: true,
        TopicArn: { Ref: logicalId('AWS::SNS::Topic', topics.get(named('crashes'))) },
        Endpoint: queueArn(reader),
        RedrivePolicy: { deadLetterTargetArn: queueArn(`${reader}-dead-letter`) },
      });
    },
  );

  it('crashes that are no death of a component do not reach the supervisor', () => {
    template.hasResourceProperties('AWS::SNS::Subscription', {
      Endpoint: queueArn('supervisor'),
      FilterPolicy: {
        during: ['loading', 'handling', { exists: false }],
        kind: ['exception', 'timeout', 'out-of-memory'],
      },
    });
    const own = template.findResources('AWS::SNS::Subscription', {
      Properties: { Endpoint: queueArn('incident') },
    });
    expect(Object.values(own)).toHaveLength(1);
    expect(Object.values(own)[0]?.['Properties']).not.toHaveProperty('FilterPolicy');
  });
});

describe('the topic outcomes', () => {
  it('has as subscribers reporting, analytics and those of the config, each with its filter', () => {
    const { stack } = buildStack(
      {},
      {
        sources: { known: { clinic: { senders: ['AROAEXAMPLECLINIC0001'] } } },
        outcomesSubscriptions: [
          { protocol: 'sqs', endpoint: 'arn:aws:sqs:us-east-1:1:clinic', source: ['clinic'] },
          {
            protocol: 'email',
            endpoint: 'data@example.org',
            verdict: ['rejected'],
            lane: ['critical'],
          },
          { protocol: 'https', endpoint: 'https://example.org/outcomes' },
          {
            protocol: 'firehose',
            endpoint: 'arn:aws:firehose:us-east-1:1:deliverystream/outcomes',
            roleArn: 'arn:aws:iam::1:role/sns-to-firehose',
          },
        ],
      },
    );
    const subscribed = Object.values(
      Template.fromStack(stack).findResources('AWS::SNS::Subscription'),
    ).filter(
      ({ Properties }) =>
        JSON.stringify(Properties.TopicArn).includes('Outcomes') &&
        !/(Reporting|Analytics)/.test(JSON.stringify(Properties.Endpoint)),
    );
    expect(subscribed.map(({ Properties }) => Properties)).toMatchObject([
      { Protocol: 'sqs', RawMessageDelivery: true, FilterPolicy: { source: ['clinic'] } },
      { Protocol: 'email', FilterPolicy: { verdict: ['rejected'], lane: ['critical'] } },
      { Protocol: 'https' },
      { Protocol: 'firehose', SubscriptionRoleArn: 'arn:aws:iam::1:role/sns-to-firehose' },
    ]);
    expect(subscribed[2]?.Properties).not.toHaveProperty('FilterPolicy');
  });

  it('no subscriber loses its subscription when another is removed, or the order changes', () => {
    const [first, second] = [
      { protocol: 'sqs', endpoint: 'arn:aws:sqs:us-east-1:1:clinic' },
      { protocol: 'sqs', endpoint: 'arn:aws:sqs:us-east-1:1:lab' },
    ] as const;
    const idsOf = (...outcomesSubscriptions: (typeof first | typeof second)[]) =>
      Object.fromEntries(
        Object.entries(
          Template.fromStack(buildStack({}, { outcomesSubscriptions }).stack).findResources(
            'AWS::SNS::Subscription',
          ),
        ).map(([id, { Properties }]) => [Properties.Endpoint, id]),
      );
    const before = idsOf(first, second);
    expect(before[first.endpoint]).not.toBe(before[second.endpoint]);
    expect(idsOf(second)[second.endpoint]).toBe(before[second.endpoint]);
    expect(idsOf(second, first)).toMatchObject({
      [first.endpoint]: before[first.endpoint],
      [second.endpoint]: before[second.endpoint],
    });
  });
});

describe('tables', () => {
  it('have the keys, the index and the expiry that their readers rely on', () => {
    const text = (AttributeName: string) => ({ AttributeName, KeyType: 'HASH' });
    const range = (AttributeName: string) => ({ AttributeName, KeyType: 'RANGE' });
    expect(tables.get(named('resources'))?.Properties).toMatchObject({
      KeySchema: [text('pk')],
      GlobalSecondaryIndexes: [
        { IndexName: 'by-pending' },
        {
          IndexName: 'by-message',
          KeySchema: [text('messageId')],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    });
    expect(tables.get(named('quarantine'))?.Properties).toMatchObject({
      KeySchema: [text('pk')],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-fingerprint-shard',
          KeySchema: [text('fingerprintShard'), range('quarantinedAt')],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
        {
          IndexName: 'by-request',
          KeySchema: [text('lastRequestId')],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    });
    expect(tables.get(named('incidents'))?.Properties).toMatchObject({
      KeySchema: [text('pk'), range('sk')],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
  });

  it('keep the former index of Quarantine for one deployment of an upgrade', () => {
    const upgrading = synthesized({ keepFormerIndex: 'true' });
    const table = byName(upgrading, 'AWS::DynamoDB::Table', 'TableName').get(named('quarantine'));
    expect(table?.Properties['GlobalSecondaryIndexes']).toMatchObject([
      { IndexName: 'by-fingerprint' },
      { IndexName: 'by-fingerprint-shard' },
      { IndexName: 'by-request' },
    ]);
  });

  it('no index holds more than keys', () => {
    const indexes = [...tables.values()].flatMap(
      ({ Properties }) => (Properties['GlobalSecondaryIndexes'] ?? []) as { Projection: unknown }[],
    );
    expect(indexes.length).toBeGreaterThan(3);
    for (const { Projection } of indexes) {
      expect(Projection).toEqual({ ProjectionType: 'KEYS_ONLY' });
    }
  });

  it('the audit table has entries by chain and sequence', () => {
    expect(tables.get(named('audit'))?.Properties).toMatchObject({
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    });
  });

  it('are billed on demand and restorable to any second', () => {
    expect(tables.size).toBe(8);
    for (const { Properties } of tables.values()) {
      expect(Properties).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      });
    }
  });
});

describe('outputs', () => {
  it('give the queues and the commands to use them', () => {
    const outputs = template.findOutputs('*');
    expect(Object.keys(outputs)).toEqual(
      expect.arrayContaining(['CriticalQueueUrl', 'BackgroundQueueUrl', 'SendBackground']),
    );
    expect(JSON.stringify(outputs['SendBackground'])).toContain('aws sqs send-message');
    expect(JSON.stringify(outputs['SendBackground'])).not.toContain('--message-group-id');
    expect(JSON.stringify(outputs['SubmitFiles'])).toContain('npm run cli -- submit');
  });

  it('with sources, the command sends as a group of a source that may; else the message is refused', () => {
    const sources: ConfigInput['sources'] = {
      known: {
        births: { senders: ['AROABIRTHS'], lanes: ['critical'] },
        "o'hara": { senders: ['AROALABORATORY'] },
      },
    };
    const { stack } = buildStack({}, { sources });
    const outputs = Template.fromStack(stack).findOutputs('*');
    expect(JSON.stringify(outputs['SendCritical'])).toContain('--message-group-id births"');
    expect(outputs['SendBackground']?.['Description']).toBe(
      "Sends one resource to lane background, as source o'hara",
    );
    expect(JSON.stringify(outputs['SendBackground']?.['Value'])).toContain(
      JSON.stringify(` --message-group-id 'o'\\''hara'`).slice(1, -1),
    );
  });
});
