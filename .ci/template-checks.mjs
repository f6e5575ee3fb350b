/**
 * cfn-lint and checkov on the templates of stages dev and prod, and of prod in a private network, each installed from PyPI by hash. What
 * checkov finds is mended, or acknowledged here with its reason; an acknowledgement that nothing needs any
 * more is a problem too. Status 1 if anything is wrong, 3 where this machine has no Python for it.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

const STAGES = ['dev', 'prod', 'network'];
/** All that a config may switch on and that needs no account. */
const CONTEXT = [
  'delivery.endpoint=https://fhir.example.org/r4',
  'terminology.endpoint=https://tx.example.org/r4',
];
/** Stage prod with its functions in a private network. */
const NETWORK = [
  'network.vpcId=vpc-0123456789abcdef0',
  'network.subnetIds=["subnet-0123456789abcdef0","subnet-0123456789abcdef1"]',
  'network.routeTableIds=["rtb-0123456789abcdef0"]',
  'network.prefixLists.s3=pl-63a5400a',
  'network.prefixLists.dynamodb=pl-02cd2c6b',
  'network.fhirServer=["10.1.0.0/24"]',
  'network.terminologyServer=["10.2.0.0/24"]',
];
/** W3005: the CDK names a role that a reference names already. */
const CFN_LINT = ['--ignore-checks', 'W3005', '--'];
const FUNCTIONS = /^AWS::Lambda::Function\./;

export const ACKNOWLEDGED = [
  {
    check: 'CKV_AWS_117',
    stages: ['dev', 'prod'],
    resources: FUNCTIONS,
    reason:
      'The config of these names no private network: each function calls AWS and the servers of the config, and nothing calls it',
  },
  {
    check: 'CKV_AWS_173',
    stages: STAGES,
    resources: FUNCTIONS,
    reason:
      'Variables hold names, addresses and unique ids, no secret; Lambda encrypts them by its own key. By ours each role would need kms:Decrypt beyond the services that keep data',
  },
  {
    check: 'CKV_AWS_115',
    stages: ['dev'],
    resources: FUNCTIONS,
    reason: 'Concurrency is reserved in prod; several dev stages would use up the account’s',
  },
  {
    check: 'CKV_AWS_116',
    stages: STAGES,
    resources: /^AWS::Lambda::Function\.(?!Monitor|DeliveryResend)/,
    reason:
      'Fed by queues, which have dead-letter queues of their own; a function’s is for asynchronous events',
  },
  {
    check: 'CKV_AWS_18',
    stages: STAGES,
    resources: /^AWS::S3::Bucket\.BodiesAccessLogs/,
    reason: 'It holds the access logs of the others; logs of itself would have no end',
  },
];

/** @returns problems in words; none means that each failure is acknowledged, and each acknowledgement needed. */
export function problemsOf(failed, acknowledged = ACKNOWLEDGED) {
  const covers = (one, { stage, check, resource }) =>
    one.check === check && one.stages.includes(stage) && one.resources.test(resource);
  const open = failed
    .filter((failure) => !acknowledged.some((one) => covers(one, failure)))
    .map(({ stage, check, resource }) => `${stage}: ${check} ${resource}`);
  const idle = acknowledged.flatMap((one) =>
    one.stages
      .filter((stage) => !failed.some((each) => each.stage === stage && covers(one, each)))
      .map((stage) => `${stage}: ${one.check} is acknowledged, and nothing fails it`),
  );
  return [...open, ...idle];
}

/** Folder of an environment with both tools, made once for each file of requirements. */
function installed() {
  const requirements = new URL('requirements.txt', import.meta.url).pathname;
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 16);
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const folder = join(cache, 'fhir-failsafe', `template-checks-${hash}`);
  if (existsSync(join(folder, 'bin', 'checkov'))) return folder;
  rmSync(folder, { recursive: true, force: true });
  if (spawnSync('python3', ['-m', 'venv', folder]).status !== 0) {
    process.stderr.write('template checks: python3 has no venv or pip here\n');
    process.exit(3);
  }
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  execFileSync(join(folder, 'bin', 'python'), [...pip, '--require-hashes', '-r', requirements], {
    stdio: 'inherit',
  });
  return folder;
}

function templateOf(name) {
  const output = `build/check-${name}`;
  const stage = name === 'network' ? 'prod' : name;
  const settings = [`stage=${stage}`, ...CONTEXT, ...(name === 'network' ? NETWORK : [])];
  const context = settings.flatMap((pair) => ['-c', pair]);
  execFileSync('npx', ['cdk', 'synth', '--quiet', '--output', output, ...context], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return `${output}/fhir-failsafe-${stage}.template.json`;
}

/** Status 1 means that something failed: the answer says what. */
function failedChecks(folder, stage, template) {
  const args = ['--quiet', '--compact', '--framework', 'cloudformation', '--skip-download'];
  const { stdout } = spawnSync(
    join(folder, 'bin', 'checkov'),
    [...args, '-o', 'json', '-f', template],
    {
      maxBuffer: 1 << 28,
      encoding: 'utf8',
    },
  );
  const { results, summary } = JSON.parse(stdout);
  process.stdout.write(
    `checkov, stage ${stage}: ${summary.passed} passed, ${summary.failed} failed\n`,
  );
  if (summary.passed < 100 || summary.parsing_errors > 0)
    throw new Error('checkov read no template');
  return results.failed_checks.map(({ check_id: check, resource }) => ({ stage, check, resource }));
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const folder = installed();
  const templates = STAGES.map((stage) => [stage, templateOf(stage)]);
  const lint = spawnSync(
    join(folder, 'bin', 'cfn-lint'),
    [...CFN_LINT, ...templates.map(([, template]) => template)],
    { stdio: 'inherit' },
  );
  const failed = templates.flatMap(([stage, template]) => failedChecks(folder, stage, template));
  const problems = problemsOf(failed);
  for (const problem of problems) process.stderr.write(`checkov: ${problem}\n`);
  for (const { check, reason } of ACKNOWLEDGED)
    process.stdout.write(`acknowledged ${check}: ${reason}\n`);
  if (lint.status !== 0 || problems.length > 0) process.exitCode = 1;
}
