import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { CreateQueueCommand, GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { LIVE_TYPES } from '../../aws/live/all-types.ts';
import { liveClients } from '../../aws/live/live-property.ts';
import { compareStack } from '../../emulator/compare-stack.ts';
import { deployedReferences } from '../../emulator/deployed-stack.ts';
import type { Template } from '../../packages/local-lambda/template/assembly.ts';
import { synthesized } from '../lib/synthesized.ts';
import { useEmulators } from '../support/use-emulators.ts';

useEmulators();

const DEAD_ARN = 'arn:aws:sqs:us-east-1:000000000000:dead';
const template: Template = {
  Resources: {
    Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead' } },
    Queue: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: 'queue',
        VisibilityTimeout: 30,
        RedrivePolicy: {
          deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] },
          maxReceiveCount: 5,
        },
        SomethingNew: true,
      },
    },
    Bucket: {
      Type: 'AWS::S3::Bucket',
      Properties: { BucketName: 'bucket', LoggingConfiguration: { DestinationBucketName: 'logs' } },
    },
    Unknown: { Type: 'AWS::New::Thing', Properties: { Size: 1 } },
    Absent: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'absent' } },
  },
  Outputs: {},
  Parameters: {},
};

/** What a CloudFormation that drops the redrive policy and the logging would leave. */
async function deployBadly() {
  const { sqs, s3 } = liveClients();
  const dead = await sqs.send(new CreateQueueCommand({ QueueName: 'dead' }));
  const Attributes = { VisibilityTimeout: '30' };
  const queue = await sqs.send(new CreateQueueCommand({ QueueName: 'queue', Attributes }));
  await s3.send(new CreateBucketCommand({ Bucket: 'bucket' }));
  return new Map([
    ['Dead', dead.QueueUrl ?? ''],
    ['Queue', queue.QueueUrl ?? ''],
    ['Bucket', 'bucket'],
    ['Unknown', 'thing'],
  ]);
}

describe('compareStack', () => {
  it('sets what was lost, reports what cannot be set or compared, and prints nothing the second time', async () => {
    const physical = await deployBadly();
    const references = deployedReferences(template, {
      ...{ stackName: 'stack', stackId: '', physical, roleIds: new Map() },
      urlSuffix: 'amazonaws.com',
    });
    const compare = async () => {
      const options = { template, physical, references, clients: liveClients() };
      const findings = await compareStack(options);
      return findings.map(
        ({ logicalId, property, result }) => `${logicalId}.${property} ${result}`,
      );
    };

    const rest = [
      'Bucket.BucketName as-written',
      // fauxqs has no access logs, and no API can add them.
      'Bucket.LoggingConfiguration cannot',
      'Unknown.Size unread',
    ];
    expect(await compare()).toEqual([
      'Dead.QueueName as-written',
      'Queue.QueueName as-written',
      'Queue.VisibilityTimeout as-written',
      'Queue.RedrivePolicy set',
      'Queue.SomethingNew unread',
      ...rest,
    ]);
    const AttributeNames = ['RedrivePolicy' as const];
    const { Attributes } = await liveClients().sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: physical.get('Queue'), AttributeNames }),
    );
    expect(JSON.parse(Attributes?.['RedrivePolicy'] ?? '')).toMatchObject({
      deadLetterTargetArn: DEAD_ARN,
    });
    expect(await compare()).toContain('Queue.RedrivePolicy as-written');
  });
});

describe('the comparison', () => {
  it.each(['dev', 'prod'])('covers every property of the template of stage %s', (stage) => {
    const { Resources } = synthesized({ stage }).toJSON() as Pick<Template, 'Resources'>;
    // Left out of what is deployed to an emulator (emulator/leave-out.ts).
    const deployed = Object.values(Resources).filter(({ Type }) => Type !== 'Custom::EmptyBucket');
    const unknown = deployed.flatMap(({ Type, Properties }) =>
      Object.keys(Properties)
        .filter((property) => LIVE_TYPES[Type]?.properties[property] === undefined)
        .map((property) => `${Type} ${property}`),
    );
    // A new property needs a reader in aws/live/, so that no emulator can drop it unnoticed.
    expect([...new Set(unknown)]).toEqual([]);
  });
});
