import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { NotWritten } from '../../aws/conditional-write.ts';
import { unsentFile } from '../../cli/submit/unsent-file.ts';
import { whatWentWrong } from '../../terminal/explain-error.ts';
import { patient } from '../support/resources.ts';

const ROOT = join(import.meta.dirname, '../..');
const MAIN = join(ROOT, 'cli/main.ts');
const KEYS = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };

const PATIENT = 'patient.json';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'failsafe-wrong-'));
  await writeFile(join(dir, PATIENT), patient());
});
afterAll(() => rm(dir, { recursive: true }));

const cli = (args: string[], env: Record<string, string> = {}, file = process.execPath) =>
  execa(file, [MAIN, ...args], {
    cwd: dir,
    env: {
      PATH: process.env['PATH'] ?? '',
      AWS_EC2_METADATA_DISABLED: 'true',
      HOME: '/none',
      ...env,
    },
    extendEnv: false,
    reject: false,
  });

describe('a target that cannot be used is one line', () => {
  it.each([
    ['incident', 'list'],
    ['audit', 'export'],
  ])('if none is named, or nothing answers: %s %s', async (...args) => {
    const none = await cli(args);
    expect(none.stderr).toMatch(/^error: no target: set AWS_REGION[^\n]*$/);
    expect(none.exitCode).toBe(2);
    const nobody = await cli(args, { ...KEYS, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' });
    expect(nobody.stderr).toMatch(/^error: nothing answers at http:\/\/127\.0\.0\.1:9 [^\n]*$/);
    expect(nobody.exitCode).toBe(1);
  });

  it("and no other AWS setting of the user's leads past it", async () => {
    const AWS_CONFIG_FILE = join(dir, 'config');
    await writeFile(
      AWS_CONFIG_FILE,
      [
        '[default]',
        'ignore_configured_endpoint_urls = true',
        'use_fips_endpoint = true',
        '[profile production]',
        'ignore_configured_endpoint_urls = true',
        'use_dualstack_endpoint = true',
        'credential_process = false',
      ].join('\n'),
    );
    const env = { ...KEYS, AWS_CONFIG_FILE, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
    for (const more of [{}, { AWS_PROFILE: 'production' }, { AWS_USE_FIPS_ENDPOINT: 'true' }]) {
      const { stderr } = await cli(['submit', MAIN], { ...env, ...more });
      expect(stderr).toMatch(/^error: nothing answers at http:\/\/127\.0\.0\.1:9 [^\n]*$/);
    }
    const two = await cli(['quarantine', 'list'], {
      ...env,
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:10',
      AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:10',
    });
    expect(two.stderr).toMatch(/^error: nothing answers at http:\/\/127\.0\.0\.1:10 \(AWS_E.*_/);
  }, 30_000);

  it.each([{}, { AWS_PROFILE: 'default' }])(
    'a session of the default profile that is over says how to begin another: %j',
    async (named) => {
      const AWS_CONFIG_FILE = join(dir, 'over');
      await writeFile(
        AWS_CONFIG_FILE,
        [
          '[default]',
          'region = eu-central-1',
          'sso_session = clinic',
          'sso_account_id = 111122223333',
          'sso_role_name = operator',
          '[sso-session clinic]',
          'sso_region = eu-central-1',
          'sso_start_url = https://clinic.awsapps.com/start',
        ].join('\n'),
      );
      const { stderr, exitCode } = await cli(['lane', 'list'], { AWS_CONFIG_FILE, ...named });
      expect(stderr).toMatch(/^error: no credentials of profile default: .*'aws sso login'[^\n]*$/);
      expect(exitCode).toBe(2);
    },
  );

  it('an empty endpoint is none', async () => {
    const { stderr, exitCode } = await cli(['local', 'list'], { ...KEYS, AWS_ENDPOINT_URL: '' });
    expect(stderr).toBe('error: set AWS_ENDPOINT_URL with the line that `npm start` prints');
    expect(exitCode).toBe(2);
  });

  it.each([
    ['the SDK', ['lane', 'list'], 'sqs.eu-central-1.amazonaws.com:443'],
    [
      'the registry of packages',
      ['validate', '--ig', 'none#1.0.0', PATIENT],
      'packages.fhir.org:443',
    ],
    ['the SDK', ['submit', PATIENT], 'sqs.eu-central-1.amazonaws.com:443'],
  ])(
    'the proxy that HTTPS_PROXY names is asked for %s',
    { timeout: 30_000 },
    async (_, words, asked) => {
      const proxy = createServer().listen(0, '127.0.0.1');
      await once(proxy, 'listening');
      const tunnels: string[] = [];
      proxy.on('connect', ({ url = '' }, socket) => {
        tunnels.push(url);
        socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      });
      const { port } = proxy.address() as AddressInfo;
      const env = { ...KEYS, AWS_REGION: 'eu-central-1', AWS_MAX_ATTEMPTS: '1' };
      // Without a scheme, as curl takes it.
      const HTTPS_PROXY = `ada:secret@127.0.0.1:${port}`;
      const { exitCode, stderr } = await cli(words, { ...env, HTTPS_PROXY });
      proxy.close();
      expect(stderr).toMatch(/does not let AWS through$|cannot be reached$/);
      expect(tunnels).toContain(asked);
      expect(exitCode).toBe(1);
    },
  );

  it('a proxy that cannot be used is none', async () => {
    const { exitCode } = await cli(['validate', PATIENT], { HTTPS_PROXY: 'socks5h://127.0.0.1:9' });
    expect(exitCode).toBe(0);
  });

  it('no proxy is asked for an address of this machine', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('[]');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const env = { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, NODE_USE_ENV_PROXY: '1' };
    for (const proxy of [{}, { no_proxy: 'example.com' }]) {
      const { stdout, stderr } = await cli(['local', 'list'], {
        ...env,
        ...{ HTTP_PROXY: 'http://127.0.0.1:9', http_proxy: 'http://127.0.0.1:9' },
        ...proxy,
      });
      expect(stderr).toBe('');
      expect(stdout).toMatch(/^nothing is running/);
    }
    server.close();
  });

  it.each([
    [
      '127.0.0.1:4566',
      /^AWS_ENDPOINT_URL 127\.0\.0\.1:4566 is not an address: it must begin with http/,
    ],
    ['localhost:4566', /is not an address/],
    ['ftp://127.0.0.1', /is not an address/],
    ['http://127.0.0.1:4566/path', /must end with its port: http:\/\/127\.0\.0\.1:4566$/],
    ['http://127.0.0.1:4566?a', /must end with its port/],
    ['http://me:secret@127.0.0.1:4566/x', /^AWS_ENDPOINT_URL must end with its port/],
  ])('for the endpoint %s', async (url, line) => {
    const env = { ...KEYS, AWS_ENDPOINT_URL: url };
    const error = await asking(url);
    const { text, status } = whatWentWrong(error, { env, argv: [] });
    expect(text).toMatch(line);
    expect(text).not.toContain('secret');
    expect(status).toBe(2);
  });
});

/** What the SDK throws if it is led there. */
function asking(endpoint: string): Promise<unknown> {
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const wanted = new GetQueueUrlCommand({ QueueName: 'a' });
  return Promise.resolve()
    .then(() =>
      new SQSClient({ region: 'us-east-1', endpoint, credentials, maxAttempts: 1 }).send(wanted),
    )
    .catch((error: unknown) => error);
}

const env = {};
const told = (error: unknown, argv: string[] = []) => whatWentWrong(error, { env, argv }).text;
/** A folder such as people have. */
const ODD = "/home/me/My 'new' Projects/fhir";
const fault = (code: string, more: object = {}) =>
  Object.assign(new Error(`${code}: as the system says it`), { code, syscall: 'open', ...more });
const ofService = (name: string, message = 'said', status = 400) =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });

/** What a schema throws. */
function refusalOf(value: unknown): unknown {
  try {
    return z.object({ a: z.string() }).parse(value);
  } catch (error) {
    return error;
  }
}

it.each([
  [fault('ENOENT', { path: '/a/b' }), '/a/b: there is no such file or folder'],
  [fault('EACCES', { path: '/a' }), '/a: this user may not use it (permissions)'],
  [fault('ENOSPC', { path: '/a' }), '/a: no space is left on that disk'],
  [fault('EROFS', { path: '/a' }), '/a: that file system cannot be written to'],
  [fault('ENOENT', { syscall: 'spawn npm', path: 'npm' }), 'npm cannot be run: ENOENT'],
  [
    fault('ENOENT', { syscall: 'mkdtemp', path: '/t/x' }),
    /no temporary folder can be made: .*TMPDIR/,
  ],
  [new Error('outer', { cause: fault('EMFILE') }), /too many files are open/],
  [ofService('ResourceNotFoundException'), /no stack of stage qa there/],
  [ofService('ExpiredTokenException'), /AWS refuses the credentials \(ExpiredTokenException\)/],
  [ofService('AccessDeniedException', 'not for you'), 'not allowed: not for you'],
  [ofService('ThrottlingException'), /AWS is too busy/],
  [new NotWritten(ofService('ThrottlingException')), /^AWS is too busy \(ThrottlingException\)/],
  [new NotWritten(ofService('TimeoutError')), /^no answer in time from AWS/],
  [ofService('Unknown', 'UnknownError', 404), /is not an AWS service \(status 404\)/],
  [Object.assign(new Error('x'), { code: 'ENOTFOUND' }), /AWS cannot be reached .*AWS_REGION/],
  [
    new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })]),
    /AWS cannot be reached/,
  ],
  [refusalOf({ a: 1 }), /^a: Invalid input: expected string/],
  [
    Object.assign(
      new Error(
        "Cannot find module '/x/packages/fhir-validator/generated/validator.js' imported from /x/y",
      ),
      {
        code: 'ERR_MODULE_NOT_FOUND',
      },
    ),
    'the validator is not built yet: run `npm run build`',
  ],
  [
    Object.assign(new Error("Cannot find package 'zod' imported from /x/y"), {
      code: 'ERR_MODULE_NOT_FOUND',
    }),
    'zod is not installed: run `npm ci`',
  ],
  [
    Object.assign(
      new Error(`Cannot find module '${ODD}/rates.ts' imported from ${ODD}/failsafe.config.ts`),
      { code: 'ERR_MODULE_NOT_FOUND' },
    ),
    /^failsafe\.config\.ts: there is no \S.*\/rates\.ts to import$/,
  ],
  [
    Object.assign(
      new Error(`Cannot find package 'rates' imported from ${ODD}/failsafe.config.ts\n  at x`),
      { code: 'ERR_MODULE_NOT_FOUND' },
    ),
    'failsafe.config.ts: there is no rates to import',
  ],
  [
    new SyntaxError(
      "The requested module '../failsafe.config.ts' does not provide an export named 'default'",
    ),
    'failsafe.config.ts must export its settings: export default { … }',
  ],
])('%s is one line that says what to do', (error, line) => {
  const text = told(error, ['--stage', 'qa']);
  if (typeof line === 'string') expect(text).toBe(line);
  else expect(text).toMatch(line);
  expect(text).not.toContain('\n');
});

it('an option that node:util refuses is a mistake of the command line', () => {
  const refused = Object.assign(new TypeError("Unknown option '--x'"), {
    code: 'ERR_PARSE_ARGS_UNKNOWN_OPTION',
  });
  expect(whatWentWrong(refused, { env, argv: [] })).toEqual({
    text: "Unknown option '--x'",
    status: 2,
  });
});

it.each([new TypeError('x is not a function'), 'a string', undefined, null, { an: 'object' }])(
  'an unexpected error is reported as a bug: %s',
  (thrown) => {
    expect(told(thrown)).toMatch(/This is a bug of fhir-failsafe: please report it .* DEBUG=1/);
  },
);

it('R08: quotes nothing of a text that is not JSON', () => {
  const error = (() => {
    try {
      return JSON.parse('{"family": Chalmers}');
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(told(error)).not.toContain('Chalm');
});

it("explains the SDK's own errors", async () => {
  const error = await asking('http://127.0.0.1:9');
  const env = { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
  expect(whatWentWrong(error, { env, argv: [] }).text).toMatch(/^nothing answers at http/);
});

it('shows a stack with DEBUG=1, and otherwise none', async () => {
  const broken = { ...KEYS, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
  expect((await cli(['incident', 'list'], { ...broken, DEBUG: '1' })).stderr).toContain('    at ');
});

it('ends quietly if nobody reads its output', async () => {
  await writeFile(
    join(dir, 'many.ndjson'),
    '{"resourceType":"Patient","gender":"x"}\n'.repeat(20_000),
  );
  const command = `"${process.execPath}" "${MAIN}" validate many.ndjson 2>err | head -1; cat err`;
  const { stdout } = await execa('bash', ['-c', command], { cwd: dir });
  expect(stdout.split('\n').length).toBeLessThan(4);
  expect(stdout).not.toMatch(/EPIPE| {4}at /);
});

it('counts the lines that cannot be kept in a file, and says why', async () => {
  const unsent = unsentFile('/none/at/all/unsent.ndjson');
  await unsent.keep('{}');
  await unsent.keep('{}');
  expect(unsent.name()).toBeUndefined();
  expect(unsent.trouble()).toBe(
    '2 could not be kept in /none/at/all/unsent.ndjson: there is no such file or folder',
  );
});
