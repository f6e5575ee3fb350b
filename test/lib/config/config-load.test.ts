import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../../lib/config/config-load.ts';

const refusal = (context: Record<string, unknown>, file = {}) => {
  try {
    loadConfig(file, context);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return undefined;
};

describe('loadConfig', () => {
  it('has the default values of the design', () => {
    expect(loadConfig({}, {})).toMatchObject({
      stage: 'dev',
      chaos: 'off',
      accountConcurrency: 1000,
      lanes: {
        critical: {
          maxConcurrency: 100,
          batchSize: 10,
          windowSeconds: 0,
          timeoutSeconds: 10,
          visibilitySeconds: 60,
        },
        background: {
          maxConcurrency: 1000,
          batchSize: 100,
          windowSeconds: 1,
          timeoutSeconds: 10,
          visibilitySeconds: 70,
        },
      },
      isolation: { maxConcurrency: 10, visibilitySeconds: 60 },
      deadlineMs: 5000,
      workerHeap: { oldMb: 64, youngMb: 16 },
      memoryMb: 1024,
      attempts: { seen: 2, environmentDied: 3 },
      maxReceiveCount: 1000,
      retentionDays: 14,
      incident: { crashes: 10, windowSeconds: 300 },
      resourceBytesMax: 10 * 1024 * 1024,
      inlineBytesMax: 350 * 1024,
      keepFormerIndex: false,
      keepFormerBodies: false,
    });
  });

  it('prefers the command line to the file, and the file to the defaults', () => {
    const file = { lanes: { critical: { maxConcurrency: 40, batchSize: 5 } }, retentionDays: 7 };
    const config = loadConfig(file, { 'lanes.critical.maxConcurrency': '50' });
    expect(config.lanes.critical).toMatchObject({ maxConcurrency: 50, batchSize: 5 });
    expect(config.retentionDays).toBe(7);
    expect(config.lanes.background.maxConcurrency).toBe(1000);
  });

  it.each(['sources.known', 'fhir.profilesBySource', 'plugins', 'lanes'])(
    'refuses a name in %s that would be dropped',
    (key) => {
      const value = `{"__proto__": {"senders": ["AROAEXAMPLE"]}}`;
      const said = `config refused: ${key}.__proto__ is not a name that anything can have`;
      expect(refusal({ [key]: value })).toBe(said);
      expect(refusal({ [`${key}.__proto__`]: '{}' })).toBe(said);
      expect(refusal({ plugins: `[${value}]` })).toContain('plugins.0.__proto__');
    },
  );

  it('ignores the CDK’s own context', () => {
    const context = { '@aws-cdk/core:newStyleStackSynthesis': true, 'aws:cdk:bundling-stacks': [] };
    expect(loadConfig({}, context)).toEqual(loadConfig({}, {}));
  });

  it.each([
    ['an unknown key', { maxRecieveCount: '5' }, 'maxRecieveCount'],
    [
      'an unknown dotted key',
      { 'lanes.critical.maxConcurency': '50' },
      'lanes.critical.maxConcurency',
    ],
    ['an unknown lane', { 'lanes.urgent.batchSize': '5' }, 'lanes.urgent'],
    ['a prototype', { '__proto__.stage': 'prod' }, '__proto__'],
    [
      'a word instead of a number',
      { 'lanes.critical.batchSize': 'ten' },
      'lanes.critical.batchSize',
    ],
    ['a fraction', { deadlineMs: '0.5' }, 'deadlineMs'],
    ['a value instead of a group', { lanes: '5' }, 'lanes'],
    ['a stage that begins with a digit', { stage: '7b' }, 'stage'],
    ['a stage with a capital', { stage: 'Prod' }, 'stage'],
    ['a stage with two hyphens', { stage: 'prod--eu' }, 'stage'],
    ['a stage that ends in a hyphen', { stage: 'prod-' }, 'stage'],
    ['a stage whose bucket names would be too long', { stage: 'a'.repeat(25) }, 'at most 24'],
    ['a stage whose name may match another’s resources', { stage: 'prod-audit' }, '-audit'],
    [
      'a stage whose name suggests production',
      { stage: 'prod-eu' },
      'production: say true or false',
    ],
    [
      'production neither true nor false',
      { production: 'perhaps' },
      'production: must be true or false, found "perhaps"',
    ],
    ['production as a number', { production: '1' }, 'production: must be true or false, found 1'],
    ['chaos in any production', { stage: 'qa', production: 'true', chaos: 'on' }, 'chaos'],
    ['chaos neither on nor off', { chaos: 'yes' }, 'chaos'],
    [
      'a mapping above what AWS allows',
      { 'isolation.maxConcurrency': '1001' },
      'isolation.maxConcurrency',
    ],
    [
      'a mapping below what AWS allows',
      { 'isolation.maxConcurrency': '1' },
      'isolation.maxConcurrency',
    ],
    ['a retention above what SQS allows', { retentionDays: '15' }, 'retentionDays'],
    ['receives above what SQS allows', { maxReceiveCount: '1001' }, 'maxReceiveCount'],
    ['chaos in prod', { stage: 'prod', chaos: 'on' }, 'chaos'],
    [
      'a visibility timeout that is too short',
      { 'lanes.critical.visibilitySeconds': '59' },
      'lanes.critical.visibilitySeconds',
    ],
    [
      'a visibility timeout that ignores the window',
      { 'lanes.background.visibilitySeconds': '60' },
      'lanes.background.visibilitySeconds',
    ],
    [
      'an isolation visibility that is too short',
      { 'isolation.visibilitySeconds': '59' },
      'isolation.visibilitySeconds',
    ],
    [
      'a large batch without a window',
      { 'lanes.critical.batchSize': '11' },
      'lanes.critical.batchSize',
    ],
    ['a deadline beyond the timeout', { deadlineMs: '7001' }, 'deadlineMs'],
    [
      'management told before on-call is paged again',
      { 'incident.escalateSeconds': '299' },
      'incident.escalateSeconds 299 must be at least incident.pageAgainSeconds 300',
    ],
    [
      'a back-off below the first wait',
      { 'supervisor.backOffMaxSeconds': '29' },
      'supervisor.backOffMaxSeconds 29 must be at least supervisor.coolDownSeconds 30',
    ],
    [
      'an alarm for an age that no message reaches',
      { 'alarms.ageSeconds.critical': '1209600' },
      'alarms.ageSeconds.critical 1209600 must be below retentionDays 14',
    ],
    [
      'an address that makes the descriptions of alarms too long',
      { 'incident.runbook': `https://wiki.example.org/${'x'.repeat(800)}` },
      'incident.runbook',
    ],
    [
      'fewer attempts where the culprit is unknown',
      { 'attempts.environmentDied': '1' },
      'attempts.environmentDied',
    ],
    ['a young heap with which V8 aborts', { 'workerHeap.youngMb': '17' }, 'workerHeap.youngMb'],
    [
      'a young heap with which no worker starts',
      { 'workerHeap.youngMb': '3' },
      'workerHeap.youngMb',
    ],
    ['heaps that do not fit', { memoryMb: '256', 'workerHeap.oldMb': '128' }, 'workerHeap.oldMb'],
  ])('refuses %s in one line that names it', (_, context, key) => {
    const message = refusal(context);
    expect(message).toMatch(/^config refused: /);
    expect(message).toContain(key);
    expect(message).not.toContain('\n');
  });

  it('accepts each setting at its limit', () => {
    const context = {
      'lanes.critical.batchSize': '11',
      'lanes.critical.windowSeconds': '1',
      'lanes.critical.visibilitySeconds': '61',
      deadlineMs: '7000',
    };
    expect(refusal(context)).toBeUndefined();
    expect(refusal({ 'workerHeap.youngMb': '4' })).toBeUndefined();
    expect(refusal({ 'workerHeap.youngMb': '16' })).toBeUndefined();
  });

  it('names all wrong values at once', () => {
    const message = refusal({ stage: 'Test', retentionDays: '99' });
    expect(message).toContain('stage');
    expect(message).toContain('retentionDays');
  });
});
