import { describe, expect, it } from 'vitest';
import { keepToEndpoint } from '../../cli/keep-to-endpoint.ts';
import { UsageError } from '../../cli/usage-error.ts';

const START = {
  AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
};

const kept = (env: NodeJS.ProcessEnv) => {
  keepToEndpoint(env);
  return env;
};

describe('at an endpoint of this machine', () => {
  it.each([
    'http://127.0.0.1:4566',
    'http://localhost:1',
    'https://[::1]:1',
    'http://s3.localhost',
  ])(
    'no setting of the AWS config file, and no profile, leads elsewhere: %s',
    (AWS_ENDPOINT_URL) => {
      const env = kept({
        ...START,
        ...{ AWS_ENDPOINT_URL, AWS_PROFILE: 'production', AWS_USE_FIPS_ENDPOINT: 'true' },
      });
      expect(env).toEqual({
        ...START,
        AWS_ENDPOINT_URL,
        AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false',
        AWS_USE_FIPS_ENDPOINT: 'false',
        AWS_USE_DUALSTACK_ENDPOINT: 'false',
      });
    },
  );

  it('a profile stays if it is all there is of credentials', () => {
    const { AWS_ENDPOINT_URL } = START;
    expect(kept({ AWS_ENDPOINT_URL, AWS_PROFILE: 'localstack' })).toMatchObject({
      AWS_PROFILE: 'localstack',
    });
  });

  it('another service elsewhere is refused, one on this machine or one that we do not use is not', () => {
    const elsewhere = { ...START, AWS_ENDPOINT_URL_SQS: 'https://sqs.us-east-1.amazonaws.com' };
    expect(() => kept(elsewhere)).toThrow(UsageError);
    expect(() => kept(elsewhere)).toThrow(
      /AWS_ENDPOINT_URL_SQS is not: unset AWS_ENDPOINT_URL_SQS/,
    );
    const fine = {
      ...START,
      AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:4567',
      AWS_ENDPOINT_URL_BEDROCK: 'https://example.com',
    };
    expect(kept({ ...fine })).toMatchObject(fine);
  });

  it('and what makes the SDK ignore it, is refused together', () => {
    expect(() => kept({ ...START, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'TRUE' })).toThrow(
      /AWS_ENDPOINT_URL has no effect: unset one of them/,
    );
  });
});

describe('elsewhere', () => {
  it.each<NodeJS.ProcessEnv>([
    { AWS_PROFILE: 'production', AWS_USE_FIPS_ENDPOINT: 'true' },
    { AWS_ENDPOINT_URL: 'https://vpce.example.com', AWS_PROFILE: 'production' },
    { AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:1', AWS_PROFILE: 'production' },
    { AWS_ENDPOINT_URL: 'nonsense' },
    { AWS_ENDPOINT_URL: 'http://127.0.0.1.example.com' },
  ])('nothing is changed: %j', (env) => {
    expect(kept({ ...env })).toEqual(env);
  });

  it('an endpoint that is empty or ignored is none', () => {
    expect(kept({ AWS_ENDPOINT_URL: '', AWS_ENDPOINT_URL_S3: '', AWS_REGION: 'x' })).toEqual({
      AWS_REGION: 'x',
    });
    const ignored = { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' };
    expect(kept({ ...ignored, AWS_ENDPOINT_URL: 'https://elsewhere' })).toEqual(ignored);
  });
});
