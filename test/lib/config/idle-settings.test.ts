import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cdkContext } from '../../../lib/config/cdk-context.ts';
import type { ConfigInput } from '../../../lib/config/config.ts';
import { loadConfig } from '../../../lib/config/config-load.ts';

const said = (context: Record<string, unknown>, file: ConfigInput = {}) => {
  try {
    loadConfig(file, context);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'accepted';
};
const nested = (key: string, value: unknown): ConfigInput =>
  key.split('.').reduceRight<unknown>((below, part) => ({ [part]: below }), value) as ConfigInput;

const SENDER = { lab: { senders: ['AROA1234567'] } };
const DELIVERED = {
  lab: { senders: ['AROA1234567'], delivery: { endpoint: 'https://lab.example.org/fhir' } },
};
const FHIR = { 'delivery.endpoint': 'https://fhir.example' };

describe('a setting without effect is refused by its name, from -c and from the file', () => {
  it.each([
    ['delivery.maxConcurrency', 5, 'without delivery.endpoint'],
    [
      'delivery.tokenSecretArn',
      'arn:aws:secretsmanager:us-east-1:000000000000:secret:x-AbCdEf',
      'without delivery.endpoint',
    ],
    ['delivery.breakerShare.failed', 0.5, 'without delivery.endpoint'],
    ['alarms.deliveryFailingSeconds', 600, 'without delivery.endpoint'],
    ['alarms.ageSeconds.delivery', 600, 'without delivery.endpoint'],
    ['supervisor.linkAfterSeconds', 60, 'without delivery.endpoint'],
    ['terminology.budgetMs', 3000, 'without terminology.endpoint'],
    ['traces.ratio', 0.5, 'without traces.endpoint'],
    ['trail.keepDays', 90, 'while trail.dataEvents is off'],
    ['sources.messageGroups', 'accept', 'without sources.known'],
    ['fhir.packageCache', '/x', 'without fhir.packages'],
    ['fhir.packageRegistry', 'https://packages.example', 'without fhir.packages'],
    ['fhir.allowPartial', ['http://x'], 'without fhir.packages'],
    ['fhir.profiles.Patient.always', ['http://x'], 'without fhir.packages'],
    ['pluginMemoryMb', 32, 'without plugins'],
  ])('%s', (key, value, why) => {
    const line = new RegExp(`config refused: .*${key} changes nothing ${why}`);
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    expect(said({ [key]: text })).toMatch(line);
    expect(said({}, nested(key, value))).toMatch(line);
  });

  it.each([
    [{ ...FHIR, 'delivery.breakerFailures': 3 }],
    [{ ...FHIR, 'supervisor.linkAfterSeconds': 60 }],
    [{ 'sources.known': JSON.stringify(DELIVERED), 'delivery.lateMs': 90_000 }],
    [{ 'sources.known': JSON.stringify(DELIVERED), 'supervisor.linkAfterSeconds': 60 }],
    [{ 'sources.known': JSON.stringify(DELIVERED), 'alarms.ageSeconds.delivery': 600 }],
    [{ 'traces.endpoint': 'https://c.example', 'traces.ratio': 0.5 }],
    [{ 'trail.dataEvents': 'on', 'trail.keepDays': 90 }],
    [{ 'sources.known': JSON.stringify(SENDER), 'sources.messageGroups': 'accept' }],
    [{ 'fhir.unknownExtension': 'error' }],
    [{ 'fhir.packages': '["a#1.0.0"]', 'fhir.profiles': '{"Patient":{"always":["http://x"]}}' }],
  ])('%j is accepted because each setting has an effect', (context) => {
    expect(said(context)).toBe('accepted');
  });

  it('the message names the setting that takes its place', () => {
    const share = { ...FHIR, 'delivery.breakerShare.failed': 0.5, 'delivery.breakerFailures': 3 };
    expect(said(share)).toMatch(
      /delivery\.breakerFailures changes nothing beside delivery\.breakerShare/,
    );
  });

  it('the message names a profile’s source that does not exist', () => {
    const bySource = '{"clinic":{"Patient":{"always":["http://x"]}}}';
    const context = { 'fhir.packages': '["a#1.0.0"]', 'fhir.profilesBySource': bySource };
    expect(said(context)).toMatch(
      /profilesBySource\.clinic changes nothing: the sources are default/,
    );
    const known = { ...context, 'sources.known': JSON.stringify(SENDER) };
    expect(said(known)).toMatch(/profilesBySource\.clinic changes nothing: the sources are lab/);
  });

  it('the message names a source whose outcomes somebody is to get, and that does not exist', () => {
    const of = (source: string) =>
      JSON.stringify([{ protocol: 'email', endpoint: 'a@b.example', source: [source] }]);
    const known = { 'sources.known': JSON.stringify(SENDER) };
    expect(said({ outcomesSubscriptions: of('lap') })).toMatch(
      /outcomesSubscriptions\.0\.source lap gets nothing: the sources are default/,
    );
    expect(said({ ...known, outcomesSubscriptions: of('lap') })).toMatch(
      /outcomesSubscriptions\.0\.source lap gets nothing: the sources are lab, unknown/,
    );
    expect(said({ outcomesSubscriptions: of('default') })).toBe('accepted');
    expect(said({ ...known, outcomesSubscriptions: of('lab') })).toBe('accepted');
    expect(said({ ...known, outcomesSubscriptions: of('unknown') })).toBe('accepted');
  });
});

describe('a mistake names the key, where it was set, the value, and the likely intended key', () => {
  it.each([
    [
      { maxRecieveCount: 5 },
      {},
      'maxRecieveCount is not a setting (did you mean maxReceiveCount?)',
    ],
    [
      { 'lanes.critical.maxConcurency': 5 },
      {},
      'lanes.critical.maxConcurency is not a setting (did you mean lanes.critical.maxConcurrency?)',
    ],
    [{}, { fhir: { unknownExtensions: 'error' } }, 'did you mean fhir.unknownExtension?'],
    [{ 'fhir.unknownExtension': 'fatal' }, {}, 'found "fatal"'],
    [{ 'fhir.packages': './guide' }, {}, `a list is written as JSON, -c 'fhir.packages=["…"]'`],
    [{ lanes: 'many' }, {}, 'a group is written as JSON'],
    [{}, { deadlineMs: 'soon' }, 'deadlineMs (failsafe.config.ts): '],
    [{}, { retentionDays: 99 }, 'retentionDays (failsafe.config.ts): '],
    [{}, null, 'failsafe.config.ts must export its settings: export default { … }'],
    [{}, [], 'failsafe.config.ts must export its settings'],
  ])('%j on the command line and %j in the file', (context, file, part) => {
    const line = said(context, file as ConfigInput);
    expect(line).toContain(part);
    expect(line).not.toContain('\n');
  });

  it('a value that JSON does not have is named too', () => {
    const circular: Record<string, unknown> = {};
    circular['itself'] = circular;
    for (const value of [10n, circular, Symbol('a'), () => 1]) {
      const line = said({}, { writesMax: value } as never);
      expect(line).toContain('writesMax (failsafe.config.ts): ');
    }
  });

  it('the message quotes no password', () => {
    expect(said({ 'delivery.endpoint': 'ftp://me:secret@host' })).not.toContain('secret');
  });
});

describe('the CDK’s context', () => {
  it('comes from the environment variable, and from the overflow file if it is too long', () => {
    const dir = mkdtempSync(join(tmpdir(), 'context-'));
    const file = join(dir, 'context.json');
    writeFileSync(file, '{"b":2,"c":3}');
    expect(cdkContext({})).toEqual({});
    expect(cdkContext({ CDK_CONTEXT_JSON: '{"a":1,"b":1}' })).toEqual({ a: 1, b: 1 });
    expect(
      cdkContext({ CDK_CONTEXT_JSON: '{"a":1,"b":1}', CONTEXT_OVERFLOW_LOCATION_ENV: file }),
    ).toEqual({ a: 1, b: 2, c: 3 });
    rmSync(dir, { recursive: true });
  });
});
