import { describe, expect, test } from 'vitest';
import type { Assembly } from '../../../../packages/local-lambda/template/assembly.ts';
import { outputsOf, planOf } from '../../../../packages/local-lambda/template/plan.ts';
import { consumer, type TinyStack } from '../support/tiny-assembly.ts';

function assembly(resources: TinyStack['resources'], outputs: TinyStack['outputs'] = {}): Assembly {
  const Resources = Object.fromEntries(
    Object.entries(resources).map(([id, { Type, Properties = {} }]) => [
      id,
      { Type, Properties: { ...Properties } },
    ]),
  );
  return {
    stackName: 'tiny',
    template: { Resources, Outputs: outputs, Parameters: {} },
    assets: new Map([['work.zip', '/code/work']]),
  };
}

const ENDPOINT = 'http://127.0.0.1:1';

describe('the plan', () => {
  test('has the resources of the template, with references resolved', () => {
    const plan = planOf(assembly(consumer('work', { BatchSize: 7 })), ENDPOINT);
    expect(plan.queues).toMatchObject([{ name: 'work', properties: { VisibilityTimeout: 60 } }]);
    expect(plan.functions).toMatchObject([
      {
        name: 'work-function',
        codeDirectory: '/code/work',
        properties: { Environment: { Variables: { QUEUE_URL: `${ENDPOINT}/000000000000/work` } } },
      },
    ]);
    expect(plan.mappings).toMatchObject([
      {
        properties: {
          EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:work',
          FunctionName: 'work-function',
          BatchSize: 7,
          Enabled: true,
        },
      },
    ]);
  });

  test('a resource without a name gets one from the stack', () => {
    const plan = planOf(assembly({ Bodies: { Type: 'AWS::S3::Bucket' } }), ENDPOINT);
    expect(plan.buckets).toMatchObject([{ name: 'tiny-bodies' }]);
  });

  test('outputs point at the requested endpoint', () => {
    const outputs = outputsOf(
      assembly(consumer('work'), { Url: { Value: { Ref: 'work' } } }),
      'http://127.0.0.1:2',
    );
    expect(outputs).toEqual({ Url: 'http://127.0.0.1:2/000000000000/work' });
  });

  test.each<[string, TinyStack['resources'], string]>([
    [
      'a type that the runtime does not know',
      { Stream: { Type: 'AWS::Kinesis::Stream' } },
      'Stream: AWS::Kinesis::Stream is unknown to the local runtime',
    ],
    [
      'an attribute that it does not know',
      {
        Topic: { Type: 'AWS::SNS::Topic' },
        Bucket: {
          Type: 'AWS::S3::Bucket',
          Properties: { Tags: { 'Fn::GetAtt': ['Topic', 'DisplayName'] } },
        },
      },
      'Bucket.Tags: AWS::SNS::Topic has no attribute DisplayName here',
    ],
    [
      'a reference to nothing',
      { Bucket: { Type: 'AWS::S3::Bucket', Properties: { Tags: { Ref: 'Gone' } } } },
      'Bucket.Tags: there is no resource Gone',
    ],
    [
      'a property of a mapping that it does not support',
      consumer('work', { FilterCriteria: {} }),
      'workMapping: ✖ Unrecognized key: "FilterCriteria"',
    ],
    [
      'a source that is not a queue',
      consumer('work', { EventSourceArn: 'arn:aws:kinesis:x' }),
      'workMapping: ✖ only SQS is imitated as a source',
    ],
    [
      'a function whose code is not in the assembly',
      consumer('other'),
      'otherFunction: its code is no asset of the assembly',
    ],
    [
      'a rule whose schedule is not a rate in minutes',
      {
        Rule: {
          Type: 'AWS::Events::Rule',
          Properties: { ScheduleExpression: 'cron(0 1 * * ? *)' },
        },
      },
      'Rule: ✖ only rate(N minutes) is imitated',
    ],
  ])('%s is refused by its name', (_, resources, message) => {
    expect(() => planOf(assembly(resources), ENDPOINT)).toThrow(message);
  });
});
