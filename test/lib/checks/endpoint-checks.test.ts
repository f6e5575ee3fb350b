import { describe, expect, test } from 'vitest';
import type { ConfigInput } from '../../../lib/config/config.ts';
import { loadConfig } from '../../../lib/config/config-load.ts';

const CONFIGS: Readonly<Record<string, (endpoint: string) => ConfigInput>> = {
  'delivery.endpoint': (endpoint) => ({ delivery: { endpoint } }),
  'terminology.endpoint': (endpoint) => ({ terminology: { endpoint } }),
  'traces.endpoint': (endpoint) => ({ traces: { endpoint } }),
};
const problem = (config: ConfigInput): string => {
  try {
    loadConfig(config, {});
    return '';
  } catch (error) {
    return String(error);
  }
};

describe.each(Object.entries(CONFIGS))('R08: %s', (key, configOf) => {
  test.each([
    'http://evil.example/r4',
    'HTTP://evil.example/r4',
    'hTTp:\\\\evil.example',
    'http:evil.example',
    ' http://evil.example',
    'http://localhost.evil.example/',
    'http://127.0.0.1.evil.example/',
    'http://127.0.0.2.nip.io/',
    'http://[::2]/',
    'http://0.0.0.0/',
    'http://localhost%2eevil.example/',
    'ftp://localhost/',
    'file:///etc/passwd',
  ])('%s is refused', (endpoint) => {
    expect(problem(configOf(endpoint))).toContain(key);
  });

  test.each([
    'http://localhost:x@evil.example/',
    'https://localhost@evil.example/r4',
    'https://user:pa55@fhir.example.org/r4',
    'https://@evil.example/',
  ])('%s is refused because it names a user, and the message quotes no password', (endpoint) => {
    const said = problem(configOf(endpoint));
    expect(said).toContain(`${key} must not name a user`);
    expect(said).not.toContain('pa55');
    expect(said).not.toContain('evil');
  });

  test.each([
    'https://fhir.example.org/r4#',
    'https://fhir.example.org/r4?x=',
    'https://fhir.example.org?',
  ])('%s is refused because a path cannot be appended to it', (endpoint) => {
    expect(problem(configOf(endpoint))).toContain(`${key} ${endpoint} must end with a path`);
  });

  test.each([
    'https://fhir.example.org/r4',
    'HTTPS://fhir.example.org:8443/r4/',
    'http://localhost:8080/fhir',
    'HTTP://LOCALHOST/fhir',
    'http://127.0.0.1:18080/fhir',
    'http://[::1]:4318',
  ])('%s is accepted', (endpoint) => {
    expect(problem(configOf(endpoint))).toBe('');
  });
});

test.each([
  ['http://evil.example/', /outcomesSubscriptions.0.endpoint/],
  ['https://a:b@evil.example/', /must not name a user/],
  ['evil', /must be a URL/],
])('R08: an https subscription to outcomes is refused for %s', (endpoint, why) => {
  expect(problem({ outcomesSubscriptions: [{ protocol: 'https', endpoint }] })).toMatch(why);
  expect(problem({ outcomesSubscriptions: [{ protocol: 'email', endpoint: 'a@b.example' }] })).toBe(
    '',
  );
});

test.each([
  ['sqs', 'https://sqs.us-east-1.amazonaws.com/111122223333/clinic', /must be an ARN of sqs/],
  ['sqs', 'arn:aws:sqs:us-east-1:111122223333:clinic.fifo', /must not be a FIFO queue/],
  ['lambda', 'arn:aws:sqs:us-east-1:111122223333:clinic', /must be an ARN of lambda/],
  ['sqs', 'arn:aws:sqs:us-east-1:111122223333:clinic', /^$/],
] as const)('a subscription to outcomes by %s of %s', (protocol, endpoint, why) => {
  expect(problem({ outcomesSubscriptions: [{ protocol, endpoint }] })).toMatch(why);
});

test('an endpoint is subscribed to outcomes once, because SNS knows no second subscription of it', () => {
  const endpoint = 'arn:aws:sqs:us-east-1:111122223333:clinic';
  const twice = [
    { protocol: 'sqs', endpoint, verdict: ['rejected'] },
    { protocol: 'sqs', endpoint, verdict: ['dead-lettered'] },
  ] as const;
  expect(
    problem({
      outcomesSubscriptions: twice.map((each) => ({ ...each, verdict: [...each.verdict] })),
    }),
  ).toMatch('outcomesSubscriptions.1.endpoint is that of outcomesSubscriptions.0 too');
});

test.each([
  ['arn:aws:secretsmanager:eu-central-1:111122223333:secret:fhir/token-AbCdEf', true],
  ['arn:aws-us-gov:secretsmanager:us-gov-west-1:111122223333:secret:fhir-token-AbCdEf', true],
  ['arn:aws:secretsmanager:eu-central-1:111122223333:secret:fhir/token', false],
  ['arn:aws:secretsmanager:eu-central-1:111122223333:secret:fhir-token', false],
  ['arn:aws:secretsmanager:eu-central-1:111122223333:secret:fhir-token-AbCdEf:password::', false],
  ['arn:aws:ssm:eu-central-1:111122223333:parameter/token-AbCdEf', false],
])('the ARN of a token %s, which IAM must match as a whole: %s', (tokenSecretArn, isAccepted) => {
  const refused = /must be the whole ARN of a secret/;
  const endpoint = 'https://server.example.org/r4';
  for (const config of [
    { delivery: { endpoint, tokenSecretArn } },
    { terminology: { endpoint, tokenSecretArn } },
  ]) {
    const said = expect(problem(config));
    if (isAccepted) said.toBe('');
    else said.toMatch(refused);
  }
});

test.each([
  ['firehose', undefined],
  ['sqs', 'arn:aws:iam::111122223333:role/sns'],
] as const)('a subscription to outcomes by %s is refused with the role %s', (protocol, roleArn) => {
  const endpoint = 'arn:aws:firehose:us-east-1:111122223333:deliverystream/outcomes';
  const subscription = { protocol, endpoint, ...(roleArn && { roleArn }) };
  expect(problem({ outcomesSubscriptions: [subscription] })).toMatch(
    'outcomesSubscriptions.0.roleArn must be the role',
  );
});

test('a subscription to outcomes is refused whose filter SNS would refuse', () => {
  const labels = Array.from({ length: 51 }, (_, n) => `clinic-${n}`);
  const known = Object.fromEntries(
    labels.map((label, n) => [label, { senders: [`AROAEXAMPLE${n + 1_000_000_000}`] }]),
  );
  const refusal = (sources: readonly string[]) =>
    problem({
      sources: { known },
      outcomesSubscriptions: [
        {
          protocol: 'email',
          endpoint: 'a@b.example',
          verdict: ['stored', 'rejected', 'dead-lettered'],
          source: [...sources] as [string, ...string[]],
        },
      ],
    });
  expect(refusal(labels)).toMatch('outcomesSubscriptions.0 names 153 combinations');
  expect(refusal(labels.slice(1))).toBe('');
});
