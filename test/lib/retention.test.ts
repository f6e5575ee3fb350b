import { expect, test } from 'vitest';
import { loadConfig } from '../../lib/config/config-load.ts';
import { byName, resourcesOf, synthesized } from './synthesized.ts';

const dev = synthesized();
const text = (value: unknown) => JSON.stringify(value);

interface Rule {
  readonly Status: string;
  readonly AbortIncompleteMultipartUpload?: { readonly DaysAfterInitiation: number };
  readonly ExpiredObjectDeleteMarker?: boolean;
  readonly Prefix?: string;
  readonly ExpirationInDays?: number;
  readonly NoncurrentVersionExpiration?: { readonly NoncurrentDays: number };
}

function bodiesRules(template: typeof dev): Rule[] {
  const buckets = Object.values(resourcesOf(template, 'AWS::S3::Bucket'));
  const bodies = buckets.find(({ Properties }) =>
    text(Properties['BucketName']).includes('bodies'),
  );
  const { Rules = [] } = (bodies?.Properties['LifecycleConfiguration'] ?? {}) as { Rules?: Rule[] };
  return Rules;
}

const daysOf = (rules: Rule[]) =>
  Object.fromEntries(
    rules.filter(({ Prefix }) => Prefix).map((rule) => [rule.Prefix, rule.ExpirationInDays]),
  );

test('bodies of Quarantine, submissions and hops expire; resources do not by default', () => {
  const rules = bodiesRules(dev);
  expect(daysOf(rules)).toEqual({ 'submissions/': 90, 'hops/': 60, 'quarantine/': 196 });
  const noncurrent = rules.filter((rule) => rule.NoncurrentVersionExpiration !== undefined);
  expect(noncurrent).toMatchObject([{ NoncurrentVersionExpiration: { NoncurrentDays: 35 } }]);
  // It has no prefix, so it holds for every key.
  expect(noncurrent[0]).not.toHaveProperty('Prefix');
});

test('R05: resources that expire lose their body in the bucket, never their row', () => {
  const expiring = synthesized({ 'retention.resourcesDays': '400' });
  expect(daysOf(bodiesRules(expiring))).toMatchObject({ 'resources/': 400 });
  const tables = byName(expiring, 'AWS::DynamoDB::Table', 'TableName');
  expect(tables.get('fhir-failsafe-dev-resources')?.Properties).not.toHaveProperty(
    'TimeToLiveSpecification',
  );
  const functions = byName(expiring, 'AWS::Lambda::Function', 'FunctionName');
  for (const name of ['validate-critical', 'validate-background']) {
    const of = (all: typeof functions) => text(all.get(`fhir-failsafe-dev-${name}`)?.Properties);
    expect(of(functions)).toContain('\\"resourcesExpire\\":true');
    expect(of(byName(dev, 'AWS::Lambda::Function', 'FunctionName'))).toContain(
      '\\"resourcesExpire\\":false',
    );
  }
});

test('an entry of Quarantine expires, and each function that writes one gets the number of days', () => {
  const table = byName(dev, 'AWS::DynamoDB::Table', 'TableName').get(
    'fhir-failsafe-dev-quarantine',
  );
  expect(table?.Properties).toMatchObject({
    TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
  });
  const delivering = synthesized({
    'delivery.endpoint': 'https://fhir.example.org',
    'retention.quarantineDays': '365',
  });
  const functions = byName(delivering, 'AWS::Lambda::Function', 'FunctionName');
  const told = [...functions].filter(([, { Properties }]) =>
    text(Properties['Environment']).includes('"QUARANTINE_DAYS":"365"'),
  );
  expect(told.map(([name]) => name.replace('fhir-failsafe-dev-', '')).sort()).toEqual([
    'deliver',
    'quarantine',
    'validate-background',
    'validate-critical',
  ]);
});

test.each([
  ['quarantineDays', 29, 30],
  ['hopsDays', 29, 30],
  ['submissionsDays', 43, 44],
] as const)(
  'R04: synth refuses retention.%s %i because a message may wait longer',
  (name, days, least) => {
    const load = (value: number, more = {}) =>
      loadConfig({ retention: { [name]: value }, ...more }, {});
    expect(() => load(days)).toThrow(`retention.${name} ${days} must be at least ${least} `);
    expect(load(least).retention[name]).toBe(least);
    expect(load(days, { retentionDays: 7 }).retention[name]).toBe(days);
  },
);

test('what expires in a bucket is deleted in the end, though the bucket keeps versions', () => {
  const all = synthesized({ 'trail.dataEvents': 'on' });
  const buckets = Object.entries(resourcesOf(all, 'AWS::S3::Bucket'));
  expect(buckets).toHaveLength(6);
  for (const [id, { Properties }] of buckets) {
    const { Rules = [] } = (Properties['LifecycleConfiguration'] ?? {}) as { Rules?: Rule[] };
    expect(
      Rules.map(({ Status }) => Status),
      id,
    ).toEqual(Rules.map(() => 'Enabled'));
    const expires = Rules.some((rule) => rule.ExpirationInDays !== undefined);
    const deletes = Rules.some((rule) => !rule.Prefix && rule.NoncurrentVersionExpiration);
    expect([expires, deletes], id).toEqual(
      id.startsWith('AuditVault') ? [false, false] : [true, true],
    );
  }
});

test('R08: what a bucket that our functions write to keeps of an upload without an end is deleted after a day', () => {
  const buckets = Object.entries(resourcesOf(dev, 'AWS::S3::Bucket')).filter(([id]) =>
    /^(Bodies|Reporting|Analytics)Bucket/.test(id),
  );
  expect(buckets).toHaveLength(3);
  for (const [id, { Properties }] of buckets) {
    const { Rules } = Properties['LifecycleConfiguration'] as { Rules: Rule[] };
    const ofAll = Rules.filter(({ Prefix }) => Prefix === undefined);
    expect(ofAll, id).toMatchObject([
      {
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
        ExpiredObjectDeleteMarker: true,
      },
    ]);
  }
});

test('R04: dead letters are kept for 14 days, however short the queues before keep messages', () => {
  const daily = synthesized({ retentionDays: '4', maxReceiveCount: '600' });
  const days = new Map<string, unknown>();
  for (const [name, { Properties }] of byName(daily, 'AWS::SQS::Queue', 'QueueName')) {
    days.set(name, Number(Properties['MessageRetentionPeriod']) / 86_400);
  }
  const deadLetterQueues = [...days].filter(([name]) => name.includes('dead-letter'));
  expect(deadLetterQueues.map(([, kept]) => kept)).toEqual(deadLetterQueues.map(() => 14));
  expect(deadLetterQueues.length).toBeGreaterThan(6);
  expect(days.get('fhir-failsafe-dev-critical')).toBe(4);
  const days4 = { retentionDays: 4, maxReceiveCount: 600 };
  expect(() => loadConfig({ ...days4, retention: { quarantineDays: 19 } }, {})).toThrow(
    'must be at least 20',
  );
  const accepted = loadConfig({ ...days4, retention: { quarantineDays: 20 } }, {});
  expect(accepted.retention.quarantineDays).toBe(20);
});

test('what always fails is dead-lettered before it is too old, in every queue', () => {
  const queues = byName(
    synthesized({ retentionDays: '4', maxReceiveCount: '600' }),
    'AWS::SQS::Queue',
    'QueueName',
  );
  let checked = 0;
  for (const [name, { Properties }] of queues) {
    const { maxReceiveCount } = (Properties['RedrivePolicy'] ?? {}) as { maxReceiveCount?: number };
    if (maxReceiveCount === undefined) continue;
    const failingSeconds = maxReceiveCount * Number(Properties['VisibilityTimeout']);
    expect(failingSeconds, name).toBeLessThan(Number(Properties['MessageRetentionPeriod']));
    checked += 1;
  }
  expect(checked).toBeGreaterThan(8);
});

test('R20: crash events are kept longer than their messages, and than any window that counts them', () => {
  const settings = {
    retentionDays: '4',
    maxReceiveCount: '600',
    'incident.windowSeconds': '86400',
    'incident.quietSeconds': '86400',
  };
  const functions = byName(synthesized(settings), 'AWS::Lambda::Function', 'FunctionName');
  const env = text(functions.get('fhir-failsafe-dev-incident')?.Properties['Environment']);
  const keepMs = Number(/keepCrashesMs[^0-9]*(\d+)/.exec(env)?.[1]);
  expect(keepMs).toBe(18 * 24 * 3_600_000);
});

test('a misspelled setting is refused by its name', () => {
  expect(() => loadConfig({}, { 'retention.quarantine': '90' })).toThrow(
    'retention.quarantine is not a setting',
  );
});
