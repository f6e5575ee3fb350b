import { expect, test } from 'vitest';
import { billOf, trailUsd } from '../../../bench/cost/bill.ts';
import { Usage } from '../../../bench/cost/usage.ts';
import { byName, resourcesOf, synthesized } from '../synthesized.ts';

/** Prefixes of the ARNs whose events a trail records, by type; references are left out. */
function selected(): Map<string, string[]> {
  const [trail] = Object.values(resourcesOf(on, 'AWS::CloudTrail::Trail'));
  const selectors = trail?.Properties['AdvancedEventSelectors'] as {
    FieldSelectors: { Field: string; Equals?: string[]; StartsWith?: unknown[] }[];
  }[];
  return new Map(
    selectors.map(({ FieldSelectors: fields }) => {
      const of = (name: string) => fields.find(({ Field }) => Field === name);
      expect(of('eventCategory')?.Equals).toEqual(['Data']);
      const begins = of('resources.ARN')?.StartsWith ?? [];
      return [of('resources.type')?.Equals?.[0] ?? '', begins.map((each) => JSON.stringify(each))];
    }),
  );
}
const on = synthesized({ 'trail.dataEvents': 'on', 'trail.keepDays': '400' });

test('if the config asks, a trail records each use of a queue, topic, table, object and function', () => {
  const begins = selected();
  for (const [type, property] of [
    ['AWS::SQS::Queue', 'QueueName'],
    ['AWS::SNS::Topic', 'TopicName'],
    ['AWS::DynamoDB::Table', 'TableName'],
    ['AWS::Lambda::Function', 'FunctionName'],
  ] as const) {
    const names = [...byName(on, type, property).keys()];
    expect(names.length, type).toBeGreaterThan(3);
    for (const name of names) expect(name, type).toMatch(/^fhir-failsafe-dev-/);
    expect(begins.get(type), type).toEqual([expect.stringMatching(/[:/]fhir-failsafe-dev-"/)]);
  }
  const buckets = begins.get('AWS::S3::Object')?.join() ?? '';
  expect(buckets).toContain(':s3:::fhir-failsafe-dev-');
  for (const [name, { Properties }] of byName(on, 'AWS::S3::Bucket', 'BucketName')) {
    const named = JSON.stringify(Properties['BucketName'] ?? '').includes('fhir-failsafe-dev-');
    // A trail that recorded its own bucket would record its own writes.
    expect(named || buckets.includes(name) || name.startsWith('TrailBucket'), name).toBe(true);
  }
});

test('the trail is encrypted and validated, only CloudTrail writes it, and it is off by default', () => {
  const [trail] = Object.values(resourcesOf(on, 'AWS::CloudTrail::Trail'));
  expect(trail?.Properties).toMatchObject({
    IsLogging: true,
    EnableLogFileValidation: true,
    KMSKeyId: expect.anything(),
  });
  const policies = JSON.stringify(resourcesOf(on, 'AWS::S3::BucketPolicy'));
  expect(policies).toMatch(/s3:PutObject[^}]*aws:SourceArn|aws:SourceArn.*?s3:PutObject/);
  expect(resourcesOf(synthesized(), 'AWS::CloudTrail::Trail')).toEqual({});
});

test('the estimate of its cost is ten cents for 100,000 requests', () => {
  const each = new Usage();
  for (const item of ['sqsFairRequests', 'dynamoWriteUnits', 's3Puts', 'lambdaRequests'] as const) {
    each.add('validate and store', item, 1);
  }
  each.add('validate and store', 'lambdaGbSeconds', 9);
  const ours = { valid: each, invalid: each, crashing: each };
  const metrics = { idle: 0, seen: [] };
  const measured = { ours, plain: ours, metrics } as unknown as Parameters<typeof billOf>[1];
  const month = { resources: 100_000, bytes: 1, packedBytes: 1, invalid: 0, crash: 0 };
  const insightAlone = trailUsd(
    billOf(month, { ...measured, ours: { ...ours, valid: new Usage() } }, new Usage()).ours,
  );
  const all = trailUsd(billOf(month, measured, new Usage()).ours);
  expect(all - insightAlone).toBeCloseTo(0.4);
});
