import { describe, expect, it } from 'vitest';
import { clientEnvironment, ministackEnvironment } from '../../emulator/env.ts';

const caller = {
  PATH: '/usr/bin',
  HOME: '/home/ada',
  AWS_PROFILE: 'production',
  AWS_SESSION_TOKEN: 'secret',
  AWS_ENDPOINT_URL: 'http://elsewhere:1',
  AWS_ENDPOINT_URL_S3: 'http://elsewhere:2',
  NODE_OPTIONS: '--inspect',
  npm_lifecycle_event: 'emulator',
};

describe('clientEnvironment', () => {
  it('replaces every AWS setting of the caller, so that nothing leads elsewhere', () => {
    const env = clientEnvironment(caller, 'http://127.0.0.1:4566');
    const aws = Object.entries(env).filter(([name]) => name.startsWith('AWS_'));
    expect(Object.fromEntries(aws)).toEqual({
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_EC2_METADATA_DISABLED: 'true',
      // The AWS config file may say otherwise.
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false',
      AWS_USE_FIPS_ENDPOINT: 'false',
      AWS_USE_DUALSTACK_ENDPOINT: 'false',
    });
    expect(env).toMatchObject({ PATH: '/usr/bin', HOME: '/home/ada', NODE_OPTIONS: '--inspect' });
  });
});

describe('ministackEnvironment', () => {
  const env = ministackEnvironment(caller, {
    port: 4599,
    nodeFolder: '/node24/bin',
    temporary: '/tmp/m',
  });

  it('passes on no AWS setting and no Node option, because its functions would inherit them', () => {
    const inherited = Object.keys(env).filter((name) => /^(AWS_|npm_|NODE_OPTIONS)/.test(name));
    expect(inherited).toEqual([]);
  });

  it('listens on loopback only, with Node 24 first on PATH and its own temporary folder', () => {
    expect(env).toMatchObject({
      BIND_HOST: '127.0.0.1',
      MINISTACK_HOST: '127.0.0.1',
      GATEWAY_PORT: '4599',
      LAMBDA_EXECUTOR: 'local',
      IOT_MTLS_ENABLED: '0',
      PATH: '/node24/bin:/usr/bin',
      TMPDIR: '/tmp/m',
    });
  });
});
