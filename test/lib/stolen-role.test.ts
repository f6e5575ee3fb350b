/**
 * What nobody can do with any stolen role of ours, whatever functions there are. SECURITY.md describes it.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type PermissionRow,
  type PermissionsTemplate,
  permissionRows,
} from '../../lib/checks/permissions.ts';
import { byName, synthesized } from './synthesized.ts';

const secret = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:token-AbCdEf';
const rows = permissionRows(
  synthesized({
    production: 'true',
    'delivery.endpoint': 'https://fhir.example.org/r4',
    'delivery.tokenSecretArn': secret,
    'terminology.endpoint': 'https://tx.example.org/r4',
    'terminology.tokenSecretArn': secret,
  }).toJSON() as PermissionsTemplate,
);

/** A stack with every option on. */
const everything = synthesized({
  production: 'true',
  'delivery.endpoint': 'https://fhir.example.org/r4',
  'delivery.tokenSecretArn': secret,
  'terminology.endpoint': 'https://tx.example.org/r4',
  'terminology.tokenSecretArn': secret,
  'incident.remediation': 'pause-lane',
  'terminology.budgetMs': '1500',
  'terminology.callTimeoutMs': '700',
  'sources.known.lab.senders': '["AIDALAB"]',
  'sources.known.lab.ratePerMinute': '100',
  plugins: '[{"name":"cpf","file":"build/plugins/cpf.wasm","mode":"required"}]',
});

const actionsOf = (row: PermissionRow) => row.actions.split(', ');
const resourcesOf = (row: PermissionRow) => row.resources.split(', ');

/** The functions that may do one of the actions on one of the resources. */
function who(actions: RegExp, resources = /./): string[] {
  const able = rows.filter(
    (row) =>
      actionsOf(row).some((action) => actions.test(action)) &&
      resourcesOf(row).some((resource) => resources.test(resource)),
  );
  return [...new Set(able.map((row) => row.function))].sort();
}
const VALIDATE = ['validate-background', 'validate-critical'];

describe('a stolen role', () => {
  it('has no wildcard in actions, and in resources only below a prefix of ours', () => {
    for (const row of rows) {
      expect(row.actions).not.toContain('*');
      for (const resource of resourcesOf(row)) expect(resource).toMatch(/^(?!\*)[^*]*(\/\*)?$/);
    }
  });

  it.each([
    ['become another role, or change what roles may do', /^(iam|sts|organizations):/],
    ['change a function, its code or its queues', /^lambda:(?!(Get|Update)EventSource|Invoke)/],
    ['change what is deployed', /^(cloudformation|ssm):/],
    [
      'change queues, topics or buckets',
      /^(sqs|sns|s3):(Set|Add|Remove|Create|PutBucket|Subscribe)/,
    ],
    ['change or disable the key, or sign with it', /^kms:(Put|Schedule|Disable|Create|Sign)/],
    ['stop or empty a log', /^logs:(?!CreateLogStream|PutLogEvents)/],
  ])('cannot %s', (_, actions) => {
    expect(who(actions)).toEqual([]);
  });

  it('cannot delete what is kept; only validate deletes its own marks, and no version is deleted', () => {
    const deletes = /:(Delete(?!Message)|Purge|Truncate|BatchWrite)/;
    expect(who(deletes, /^(?!bucket reports\/due\/\*$|table inflight$)/)).toEqual([]);
    expect(who(deletes, /^table inflight$/)).toEqual(VALIDATE);
    expect(who(/:DeleteObjectVersion/)).toEqual([]);
  });

  it('cannot scan tables, except those with few items, nor indexes, except one whose every partition it reads', () => {
    const few = /^(?!table (breakers|supervision|resources\/index\/by-pending)$)/;
    expect(who(/^dynamodb:(Scan|Export|PartiQL)/, few)).toEqual([]);
  });

  it('can use the key only through the services that hold our data', () => {
    const keys = rows.filter((row) => actionsOf(row).some((action) => action.startsWith('kms:')));
    for (const { function: name, resources } of keys) {
      expect(resources, name).toMatch(/ by way of (dynamodb|s3|secretsmanager|sns|sqs)/);
    }
  });
});

describe('only', () => {
  it.each([
    ['stores or alters resources', /^dynamodb:(Put|Update)/, /^table resources$/],
    ['reads stored resources', /^dynamodb:Get/, /^table resources$/],
    ['reads large stored bodies', /^s3:GetObject$/, /^bucket bodies\/resources/],
  ])('validate and delivery may do this: %s', (what, actions, resources) => {
    const allowed = ['deliver', 'resend', ...VALIDATE];
    const able = who(actions, resources);
    expect(able.length, what).toBeGreaterThan(0);
    for (const name of able) expect(allowed, what).toContain(name);
  });

  it('validate receives submissions, and the supervisor receives them for its probes', () => {
    const submissions = /^queue (critical|background)(-isolation)?$/;
    expect(who(/^sqs:ReceiveMessage$/, submissions)).toEqual(['supervisor', ...VALIDATE]);
  });

  it('nobody sends a submission, so a stolen role cannot impersonate a producer', () => {
    expect(who(/^sqs:SendMessage$/, /^queue (critical|background)$/)).toEqual([]);
    expect(who(/^s3:PutObject$/, /^bucket bodies\/submissions/)).toEqual([]);
  });

  it('nobody reads quarantined bodies', () => {
    expect(who(/^s3:GetObject$/, /^bucket bodies\/(\*|quarantine)/)).toEqual([]);
  });

  it('the supervisor pauses and invokes; deliver reads its token, and validate the one for terminology', () => {
    expect(who(/^lambda:(UpdateEventSourceMapping|InvokeFunction)$/)).toEqual(['supervisor']);
    expect(who(/^secretsmanager:/, /:secret:token-AbCdEf$/)).toEqual(['deliver', ...VALIDATE]);
  });

  it('incident pages', () => {
    expect(who(/^sns:Publish$/, /^topic (oncall|management)$/)).toEqual(['incident']);
  });

  it('audit receives facts and writes entries; other functions only send facts', () => {
    const others = [...who(/^sqs:ReceiveMessage$/, /audit/), ...who(/Put|Update/, /audit/)];
    expect(others.filter((name) => name !== 'audit')).toEqual([]);
  });
});

/** An action as a verb; empty for one that only accompanies another. A new action needs a verb. */
const VERBS: Readonly<Record<string, string>> = {
  'sqs:ReceiveMessage': 'takes from',
  'sqs:SendMessage': 'sends to',
  'sns:Publish': 'publishes to',
  'dynamodb:GetItem': 'reads',
  'dynamodb:BatchGetItem': 'reads',
  'dynamodb:Query': 'reads',
  'dynamodb:Scan': 'lists',
  'dynamodb:PutItem': 'writes',
  'dynamodb:UpdateItem': 'writes',
  'dynamodb:BatchWriteItem': 'writes',
  'dynamodb:DeleteItem': 'deletes',
  's3:GetObject': 'reads',
  's3:GetObjectVersion': 'reads',
  's3:PutObject': 'writes',
  's3:ListBucket': 'lists',
  's3:ListBucketVersions': 'lists',
  's3:DeleteObject': 'deletes',
  'lambda:UpdateEventSourceMapping': 'switches',
  'lambda:InvokeFunction': 'invokes',
  'secretsmanager:GetSecretValue': 'reads',
  'sqs:ChangeMessageVisibility': '',
  'sqs:DeleteMessage': '',
  'sqs:GetQueueAttributes': '',
  'lambda:GetEventSourceMapping': '',
  'logs:CreateLogStream': '',
  'logs:PutLogEvents': '',
};

/** Kinds of fact that a function may send to a queue that checks its senders. */
function kindsTold(name: string, resource: string): string {
  const reader = { 'queue audit.fifo': 'audit', 'queue supervisor': 'supervisor' }[resource];
  if (reader === undefined) return '';
  const functions = byName(everything, 'AWS::Lambda::Function', 'FunctionName');
  const variables = functions.get(`fhir-failsafe-dev-${reader}`)?.Properties['Environment'];
  // References stand between parts of the text, but `as` already names the role.
  const text = JSON.stringify(variables);
  const told = [...text.matchAll(/\\"as\\":\\"([\w-]+)\\",\\"kinds\\":\[([^\]]*)\]/g)]
    .filter(([, as]) => as === name)
    .flatMap(([, , kinds = '']) => kinds.replaceAll('\\"', '').split(','));
  return ` (${[...new Set(told)].sort().join(', ')})`;
}

/** The table of what each role may do, in the form of SECURITY.md. */
function derivedTable(): string[] {
  const powers = new Map<string, Map<string, Set<string>>>();
  for (const row of permissionRows(everything.toJSON() as PermissionsTemplate)) {
    for (const action of actionsOf(row).filter((each) => !each.startsWith('kms:'))) {
      const verb = VERBS[action];
      if (verb === undefined) throw new Error(`no words for ${action}: add them`);
      if (verb === '') continue;
      const verbs = powers.get(row.function) ?? new Map<string, Set<string>>();
      const objects = verbs.get(verb) ?? new Set<string>();
      for (const resource of resourcesOf(row)) {
        const told = verb === 'sends to' ? kindsTold(row.function, resource) : '';
        const only = row.only === '' ? '' : ` ${row.only}`;
        objects.add(`${resource.replace(/^arn:.*:(secret:\w+)-\w{6}$/, '$1')}${only}${told}`);
      }
      powers.set(row.function, verbs.set(verb, objects));
    }
  }
  return [...powers].map(([name, verbs]) => {
    const said = [...verbs].map(([verb, objects]) => `${verb} ${[...objects].sort().join(', ')}`);
    return `| \`${name}\` | ${said.sort().join('; ').replaceAll('*', '\\*')} |`;
  });
}

describe('SECURITY.md', () => {
  const page = readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8');
  const [, roles = ''] = page.split('## A stolen role');
  const [meant = '', derived = ''] = roles.split('| function | may |');

  it('says what a thief of each role can do', () => {
    const first = [...meant.matchAll(/^\| (`.+?) \|/gm)].map(([, cell]) => cell).join(', ');
    for (const name of new Set(rows.map((row) => row.function))) {
      expect(first).toContain(`\`${name}\``);
    }
  });

  it('lists what each role may do according to the template, and nothing else', () => {
    const written = derived.split('\n').filter((line) => line.startsWith('| `'));
    expect(written).toEqual(derivedTable());
  });
});

it('a role that may update but not read cannot get the item as an answer', () => {
  const blind = permissionRows(everything.toJSON() as PermissionsTemplate).filter(
    (row) => row.actions === 'dynamodb:UpdateItem' && !row.resources.includes('rates'),
  );
  expect(blind.length).toBeGreaterThan(3);
  for (const { only, purpose } of blind) expect(only, purpose).toMatch(/(^|, )answering NONE$/);
});

it('the role that confirms a breaker’s published transitions can write no attribute that lets a call pass', () => {
  const confirming = permissionRows(everything.toJSON() as PermissionsTemplate).filter(
    (row) => row.resources === 'table breakers' && row.actions === 'dynamodb:UpdateItem',
  );
  const only = 'naming pk and generation and since and publishedTo, answering NONE';
  expect(confirming).toMatchObject([{ function: 'resend', only }]);
});

it('each role writes only its own breakers, and lists a bucket only below a prefix', () => {
  const all = permissionRows(everything.toJSON() as PermissionsTemplate);
  const breakers = all.filter(
    (row) => row.resources === 'table breakers' && row.actions.includes('PutItem'),
  );
  expect(new Set(breakers.map(({ function: name, only }) => `${name} ${only}`))).toEqual(
    new Set([
      'deliver of fhir-server',
      ...VALIDATE.flatMap((name) => [`${name} of terminology-server`, `${name} of plugin-*`]),
    ]),
  );
  const lists = all.filter((row) => actionsOf(row).includes('s3:ListBucket'));
  expect(lists.length).toBeGreaterThan(2);
  for (const { only, function: name } of lists) expect(only, name).toMatch(/^below \w+\/\*/);
});
