/**
 * Who may publish what to the kernel, as deployed: the list of publishers, the policies and the permissions
 * agree.
 */
import { describe, expect, it, test } from 'vitest';
import { type Publishers, publishersSchema } from '../../../core/audit/publishers.ts';
import { type PermissionsTemplate, permissionRows } from '../../../lib/checks/permissions.ts';
import type { ConfigInput } from '../../../lib/config/config.ts';
import { loadConfig } from '../../../lib/config/config-load.ts';
import { ENV } from '../../../telemetry/env-names.ts';
import { byName, resourcesOf, synthesized, type TestResource } from '../synthesized.ts';

const known = { lab: { senders: ['AIDALAB'] } };
const operators = ['AROAOPERATOR', 'AIDAOPERATOR'];
const operatorArns = [
  'arn:aws:iam::111122223333:role/operator',
  'arn:aws:iam::111122223333:user/o',
];
const template = synthesized({
  'delivery.endpoint': 'https://fhir.example.org/r4',
  'terminology.endpoint': 'https://tx.example.org/r4',
  'incident.remediation': 'pause-lane',
  'sources.operators': JSON.stringify(operators),
  'sources.operatorArns': JSON.stringify(operatorArns),
  'sources.known.lab.senders': JSON.stringify(known.lab.senders),
});
const rows = permissionRows(template.toJSON() as PermissionsTemplate);
const functions = byName(template, 'AWS::Lambda::Function', 'FunctionName');

/** A value of the template as text, with references replaced by their logical id. */
function resolved(value: unknown): string {
  const [[key, argument] = ['', value]] =
    typeof value === 'string' ? [] : Object.entries(value ?? {});
  if (key === 'Ref') return String(argument);
  if (key === 'Fn::GetAtt') return (argument as string[]).join('.');
  if (key !== 'Fn::Join') return String(value);
  return ((argument as [string, unknown[]])[1] ?? []).map(resolved).join('');
}

const roleOf = (name: string) =>
  resolved(functions.get(`fhir-failsafe-dev-${name}`)?.Properties['Role']).replace('.Arn', '');

function tellersOf(name: string): Publishers {
  const { Environment } = (functions.get(`fhir-failsafe-dev-${name}`) as TestResource).Properties;
  const { Variables } = Environment as { Variables: Record<string, unknown> };
  return publishersSchema.parse(JSON.parse(resolved(Variables[ENV.publishers])));
}

/** Kinds of fact by publisher. */
function kindsOf(name: string): Record<string, string[]> {
  const kinds: Record<string, string[]> = {};
  for (const { as, kinds: may } of tellersOf(name).known) {
    kinds[as] = [...new Set([...(kinds[as] ?? []), ...may])].sort();
  }
  return kinds;
}

const who = (action: string, resource: string) =>
  rows
    .filter((row) => row.actions.split(', ').includes(action))
    .filter((row) => row.resources.split(', ').includes(resource))
    .map((row) => row.function);

/** Whom the policy of a queue or topic does not deny: roles by their function, others by their ARN. */
function admitted(type: string, ofWhat: string): { principals: string[]; services: string[] } {
  const roles = new Map(
    [...functions.keys()].map((name) => {
      const short = name.replace('fhir-failsafe-dev-', '');
      return [`${roleOf(short)}.Arn`, short];
    }),
  );
  const statements = Object.values(resourcesOf(template, type)).flatMap(
    ({ Properties }) =>
      (Properties['PolicyDocument'] as { Statement: Record<string, unknown>[] }).Statement,
  );
  const denials = statements.filter(
    ({ Sid, Effect, Resource }) =>
      Sid === 'NobodyElse' && Effect === 'Deny' && resolved(Resource).startsWith(ofWhat),
  );
  expect(denials).toHaveLength(1);
  const [{ Condition, Principal } = {}] = denials;
  expect(Principal).toEqual({ AWS: '*' });
  expect(Object.keys(Condition ?? {})).toEqual(['ArnNotLike']);
  const { ArnNotLike: keys = {} } = Condition as Record<string, Record<string, unknown>>;
  const texts = (key: string) => [keys[key] ?? []].flat().map(resolved);
  return {
    principals: texts('aws:PrincipalArn').map((arn) => roles.get(arn) ?? arn),
    services: texts('aws:SourceArn'),
  };
}

const ROOT = 'arn:AWS::Partition:iam::AWS::AccountId:root';
const VALIDATE = ['validate-critical', 'validate-background'];

describe('R40: the audit log', () => {
  it('accepts from each role its own kinds of fact', () => {
    const validate = ['breaker-transition', 'sender-refused'];
    expect(kindsOf('audit')).toEqual({
      operator: [
        'audit-reviewed',
        'breaker-forced',
        'discard',
        'erased',
        'phi-read',
        'plugin-switched',
        'redrive',
      ],
      'validate-critical': validate,
      'validate-background': validate,
      supervisor: ['lane-paused', 'lane-resumed'],
      incident: [
        'acknowledgement',
        'incident-opened',
        'incident-resolved',
        'page',
        'process-crash',
      ],
      deliver: ['breaker-transition'],
      resend: ['breaker-forced', 'breaker-transition', 'plugin-switched'],
    });
  });

  it('knows each role by its unique id, operators from the config, and the account’s root', () => {
    const { senderIds, known: list } = tellersOf('audit');
    expect(senderIds).toBe('verify');
    for (const { id, as } of list) {
      const ids = as === 'operator' ? ['AWS::AccountId', ...operators] : [`${roleOf(as)}.RoleId`];
      expect(ids).toContain(id);
    }
  });

  it('gets messages only from roles with the permission; its queue denies everybody else', () => {
    const publishers = who('sqs:SendMessage', 'queue audit.fifo');
    const { principals, services } = admitted('AWS::SQS::QueuePolicy', 'AuditQueue');
    expect(services).toEqual([]);
    expect(principals.sort()).toEqual([...new Set(publishers), ...operatorArns, ROOT].sort());
    const roles = Object.keys(kindsOf('audit')).filter((as) => as !== 'operator');
    expect(roles.sort()).toEqual([...new Set(publishers)].sort());
  });
});

describe('R40: the supervisor', () => {
  it('accepts a pause from incident, and news of a breaker from the functions that call through it', () => {
    expect(kindsOf('supervisor')).toEqual({
      operator: [],
      incident: ['remediation'],
      deliver: ['breaker-news'],
      'validate-critical': ['breaker-news'],
      'validate-background': ['breaker-news'],
    });
  });

  it.each([
    ['supervisor', 'CrashessupervisorQueue'],
    ['incident', 'CrashesincidentQueue'],
  ])('the queue of %s denies all but its publishers, a topic and a rule', (name, id) => {
    const publishers = who('sqs:SendMessage', `queue ${name}`);
    const { principals, services } = admitted('AWS::SQS::QueuePolicy', id);
    expect(principals.sort()).toEqual([...new Set(publishers), ...operatorArns, ROOT].sort());
    expect(services).toEqual([
      expect.stringMatching(/^CrashesTopic\w+$/),
      expect.stringMatching(/^MinuteRule\w+\.Arn$/),
    ]);
  });
});

describe('R40: a topic hides the publisher from its subscribers, so the topic denies everybody else', () => {
  it.each([
    ['crashes', 'CrashesTopic', [...VALIDATE, 'monitor']],
    ['outcomes', 'OutcomesTopic', [...VALIDATE, 'quarantine']],
  ])('%s', (name, id, publishers) => {
    expect(admitted('AWS::SNS::TopicPolicy', id).principals.sort()).toEqual(publishers.sort());
    expect(who('sns:Publish', `topic ${name}`).sort()).toEqual(publishers.sort());
  });
});

test.each([
  [{ stage: 'prod', sources: { senderIds: 'fixed' } }, /fixed is for emulators and refused/],
  [{ sources: { operators: ['AIDAOPERATOR'] } }, /must both name the operators/],
  [{ sources: { operatorArns } }, /must both name the operators/],
] satisfies [ConfigInput, RegExp][])(
  'R40: refused at synth, with sources or without: %j',
  (file, why) => {
    expect(() => loadConfig(file, {})).toThrow(why);
  },
);

test('an emulator has one sender id for all, and the config can say so', () => {
  const { sources } = loadConfig({ sources: { senderIds: 'fixed' } }, {});
  expect(sources.senderIds).toBe('fixed');
});

test('R40: operators can be named with sources and without', () => {
  const { sources } = loadConfig({ sources: { operators: ['AIDAOPERATOR'], operatorArns } }, {});
  expect(sources).toMatchObject({ operators: ['AIDAOPERATOR'], operatorArns });
});
