import { describe, expect, it } from 'vitest';
import { leftOut, withoutResources } from '../../emulator/leave-out.ts';

const plain = { Type: 'AWS::CloudWatch::Alarm', Properties: { MetricName: 'Age', Threshold: 1 } };
const math = { Type: 'AWS::CloudWatch::Alarm', Properties: { Metrics: [{ Expression: 'a/b' }] } };
const composite = {
  Type: 'AWS::CloudWatch::CompositeAlarm',
  Properties: { AlarmRule: { 'Fn::Join': ['', ['ALARM("', { 'Fn::GetAtt': ['Math', 'Arn'] }]] } },
};
const dashboard = (body: unknown) => ({
  Type: 'AWS::CloudWatch::Dashboard',
  Properties: { DashboardBody: body },
});
const ids = (out: readonly { logicalId: string }[]) => out.map(({ logicalId }) => logicalId).sort();

describe('leftOut', () => {
  it('names composite alarms and alarms on metric math for MiniStack, with the reason', () => {
    const out = leftOut({ Plain: plain, Math: math, Composite: composite }, 'MiniStack');
    expect(out).toEqual([
      { logicalId: 'Math', type: math.Type, why: 'MiniStack has no alarms on metric math' },
      { logicalId: 'Composite', type: composite.Type, why: 'MiniStack has no composite alarms' },
    ]);
  });

  it('leaves out no alarm for LocalStack', () => {
    expect(leftOut({ Math: math, Composite: composite }, 'LocalStack')).toEqual([]);
  });

  it.each(['LocalStack', 'MiniStack'] as const)(
    'leaves out custom resources for %s',
    (emulator) => {
      const Empty = { Type: 'Custom::EmptyBucket', Properties: { BucketName: 'b' } };
      expect(ids(leftOut({ Empty, Plain: plain }, emulator))).toEqual(['Empty']);
    },
  );

  it('leaves out what refers to something left out, at any depth and however indirectly', () => {
    const out = leftOut(
      {
        Math: math,
        ByRef: dashboard([{ a: { Ref: 'Math' } }]),
        // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own placeholder
        BySub: dashboard({ 'Fn::Sub': 'x ${Math.Arn}' }),
        ByDottedGetAtt: dashboard({ 'Fn::GetAtt': 'Math.Arn' }),
        Indirect: dashboard({ Ref: 'ByRef' }),
        Apart: dashboard({ Ref: 'Plain' }),
        Plain: plain,
      },
      'MiniStack',
    );
    expect(ids(out)).toEqual(['ByDottedGetAtt', 'ByRef', 'BySub', 'Indirect', 'Math']);
    expect(out.find(({ logicalId }) => logicalId === 'Indirect')?.why).toBe(
      'it refers to ByRef, which is left out',
    );
  });
});

describe('withoutResources', () => {
  const template = {
    Description: 'kept',
    Resources: {
      Math: math,
      Plain: { ...plain, DependsOn: ['Math', 'Other'] },
      Other: { ...plain, DependsOn: 'Math' },
    },
    Outputs: { Of: { Value: { Ref: 'Math' } }, Kept: { Value: { Ref: 'Plain' } } },
  };

  it('removes them, their outputs and the dependencies on them', () => {
    const out = leftOut(template.Resources, 'MiniStack');
    expect(withoutResources(template, out)).toEqual({
      Description: 'kept',
      Resources: { Plain: { ...plain, DependsOn: ['Other'] }, Other: plain },
      Outputs: { Kept: { Value: { Ref: 'Plain' } } },
    });
  });

  it('changes nothing if nothing is left out', () => {
    expect(withoutResources(template, [])).toBe(template);
  });
});
