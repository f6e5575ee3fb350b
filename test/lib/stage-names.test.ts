/** The names of any stage are within AWS's limits, and no two stages of an account share one. */
import { describe, expect, it } from 'vitest';
import { stageSchema } from '../../lib/config/stage-config.ts';
import { spelled, statefulResources } from './stateful-resources.ts';
import { resourcesOf, synthesized } from './synthesized.ts';

const LONGEST = `a${'b'.repeat(23)}`;
const longest = synthesized({ stage: LONGEST });
const held = Object.values(statefulResources({ stage: 'a' }));
/** AWS's limits for the types whose names we choose. */
const LIMITS: Readonly<Record<string, readonly [naming: string, max: number]>> = {
  'AWS::CloudWatch::Alarm': ['AlarmName', 255],
  'AWS::DynamoDB::Table': ['TableName', 255],
  'AWS::Events::Rule': ['Name', 64],
  'AWS::IAM::ManagedPolicy': ['ManagedPolicyName', 128],
  'AWS::IAM::Role': ['RoleName', 64],
  'AWS::Lambda::Function': ['FunctionName', 64],
  'AWS::S3::Bucket': ['BucketName', 63],
  'AWS::SNS::Topic': ['TopicName', 256],
  'AWS::SQS::Queue': ['QueueName', 80],
};

describe('names of stages', () => {
  it('the longest stage’s names are within AWS’s limits, and a longer stage is refused', () => {
    const names = Object.entries(LIMITS).flatMap(([type, [naming, max]]) =>
      Object.values(resourcesOf(longest, type)).flatMap(({ Properties }) => {
        const name = spelled(Properties[naming]).replace('<AWS::AccountId>', '111122223333');
        return name === '' ? [] : [{ name, max }];
      }),
    );
    expect(names.length).toBeGreaterThan(60);
    expect(names.filter(({ name, max }) => name.length > max)).toEqual([]);
    expect(stageSchema.safeParse(`${LONGEST}b`).success).toBe(false);
  });

  it('two stages share no name, even if one stage’s name begins with the other’s', () => {
    const rests = held.flatMap((resource) => {
      const [type = '', name = ''] = resource.replaceAll('_', '-').split(' ');
      const [, rest] = name.split(/fhir-failsafe-a(?=$|-)/);
      return rest === undefined ? [] : [{ type, rest }];
    });
    expect(rests.length).toBeGreaterThan(50);
    const clashes = rests.flatMap(({ type, rest }) =>
      rests
        .filter((other) => other.type === type && other.rest !== rest && rest.endsWith(other.rest))
        .map((other) => rest.slice(0, rest.length - other.rest.length))
        .filter((between) => between.startsWith('-')),
    );
    expect(new Set(clashes)).toEqual(new Set(['-audit', '-trail']));
    for (const between of clashes) expect(stageSchema.safeParse(`a${between}`).success).toBe(false);
  });

  it('two hospitals, and one stage in two regions, are separate stages', () => {
    const names = ['north', 'south', 'prod-eu'];
    for (const stage of names) expect(stageSchema.parse(stage)).toBe(stage);
  });
});
