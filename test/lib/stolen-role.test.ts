/** What no stolen role of ours may do, whatever functions there are: SECURITY.md says it in words. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type PermissionRow,
  type PermissionsTemplate,
  permissionRows,
} from '../../lib/permissions.ts';
import { synthesized } from './synthesized.ts';

const secret = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:token';
const rows = permissionRows(
  synthesized({
    'delivery.endpoint': 'https://fhir.example.org/r4',
    'delivery.tokenSecretArn': secret,
    'terminology.endpoint': 'https://tx.example.org/r4',
    'terminology.tokenSecretArn': secret,
  }).toJSON() as PermissionsTemplate,
);

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
  it('has no wildcard: neither of actions nor of resources but below a prefix of ours', () => {
    for (const row of rows) {
      expect(row.actions).not.toContain('*');
      for (const resource of resourcesOf(row)) expect(resource).toMatch(/^(?!\*)[^*]*(\/\*)?$/);
    }
  });

  it.each([
    ['become another role, or change what roles may', /^(iam|sts|organizations):/],
    ['change a function, its code or its queues', /^lambda:(?!(Get|Update)EventSource|Invoke)/],
    ['change what is deployed', /^(cloudformation|ssm):/],
    [
      'change queues, topics or buckets',
      /^(sqs|sns|s3):(Set|Add|Remove|Create|PutBucket|Subscribe)/,
    ],
    ['use the key to no end of ours, or change it', /^kms:(Put|Schedule|Disable|Create|Sign)/],
    ['stop or empty a log', /^logs:(?!CreateLogStream|PutLogEvents)/],
  ])('cannot %s', (_, actions) => {
    expect(who(actions)).toEqual([]);
  });

  it('cannot delete what is kept; marks are cleared by their own, and versions stay', () => {
    const deletes = /:(Delete(?!Message)|Purge|Truncate|BatchWrite)/;
    expect(who(deletes, /^(?!bucket reports\/due\/\*$|table inflight$)/)).toEqual([]);
    expect(who(deletes, /^table inflight$/)).toEqual(VALIDATE);
    expect(who(/:DeleteObjectVersion/)).toEqual([]);
  });

  it('cannot list what lies in tables, but for breakers, of which there are a few', () => {
    expect(who(/^dynamodb:(Scan|Export|PartiQL)/, /^(?!table breakers$)/)).toEqual([]);
  });

  it('uses the key only by way of the services that keep our data', () => {
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
  ])('validate and delivery: %s', (what, actions, resources) => {
    const allowed = ['deliver', 'resend', ...VALIDATE];
    const able = who(actions, resources);
    expect(able.length, what).toBeGreaterThan(0);
    for (const name of able) expect(allowed, what).toContain(name);
  });

  it('validate takes submissions, and the supervisor for its probes', () => {
    const submissions = /^queue (critical|background)(-isolation)?$/;
    expect(who(/^sqs:ReceiveMessage$/, submissions)).toEqual(['supervisor', ...VALIDATE]);
  });

  it('nobody puts a submission: what is stolen cannot speak for a producer', () => {
    expect(who(/^sqs:SendMessage$/, /^queue (critical|background)$/)).toEqual([]);
    expect(who(/^s3:PutObject$/, /^bucket bodies\/submissions/)).toEqual([]);
  });

  it('nobody reads quarantined bodies', () => {
    expect(who(/^s3:GetObject$/, /^bucket bodies\/(\*|quarantine)/)).toEqual([]);
  });

  it('the supervisor pauses and invokes; delivery knows its token, validate that of terminology', () => {
    expect(who(/^lambda:(UpdateEventSourceMapping|InvokeFunction)$/)).toEqual(['supervisor']);
    expect(who(/^secretsmanager:/, /:secret:token$/)).toEqual(['deliver', ...VALIDATE]);
  });

  it('the incident function pages', () => {
    expect(who(/^sns:Publish$/, /^topic (oncall|management)$/)).toEqual(['incident']);
  });

  it('the audit function takes facts, or writes what they become; the others tell', () => {
    const others = [...who(/^sqs:ReceiveMessage$/, /audit/), ...who(/Put|Update/, /audit/)];
    expect(others.filter((name) => name !== 'audit')).toEqual([]);
  });
});

it('each function has a row in SECURITY.md', () => {
  const page = readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8');
  const [, roles = ''] = page.split('## A stolen role');
  const first = [...roles.matchAll(/^\| (`.+?) \|/gm)].map(([, cell]) => cell).join(', ');
  for (const name of new Set(rows.map((row) => row.function))) {
    expect(first).toContain(`\`${name}\``);
  }
});
