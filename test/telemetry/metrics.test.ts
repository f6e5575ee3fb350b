import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { DIMENSIONS, METRICS } from '../../telemetry/metrics.ts';
import { startTelemetry, type Telemetry } from '../../telemetry/telemetry.ts';

const root = join(import.meta.dirname, '../..');
const HEAD = ['| metric | unit | dimensions | counts |', '|---|---|---|---|'] as const;

const row = ([name, { unit, by, means }]: [string, (typeof METRICS)[keyof typeof METRICS]]) =>
  `| \`${name}\` | ${unit} | ${DIMENSIONS[by].map((each) => `\`${each}\``).join(', ')} | ${means} |`;

function sources(): string {
  return ['functions', 'breaker', 'aws', 'telemetry']
    .flatMap((folder) => {
      const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
      return files.map((file) => join(root, folder, file));
    })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('/metrics.ts'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
}

describe('the table of metrics', () => {
  it('R60: is in docs/metrics.md, row by row', () => {
    const page = readFileSync(join(root, 'docs/metrics.md'), 'utf8');
    const table = [...HEAD, ...Object.entries(METRICS).map(row)];
    const lines = page.split('\n');
    // Line by line, so that the difference is the row that is missing.
    const first = lines.indexOf(HEAD[0]);
    expect(lines.slice(first, lines.indexOf('', first))).toEqual(table);
  });

  it('R60: has only metrics that a function emits', () => {
    const code = sources();
    expect(Object.keys(METRICS).filter((name) => !code.includes(`'${name}'`))).toEqual([]);
  });
});

/** The one EMF line that `act` prints. */
async function emfOf(act: (telemetry: Telemetry) => void) {
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  const printed: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
  vi.spyOn(console, 'info').mockImplementation(() => {});
  try {
    act(startTelemetry({ stage: 'prod', now: Date.now }));
  } finally {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  }
  expect(printed).toHaveLength(1);
  return JSON.parse(printed[0] ?? '');
}

describe('an emitted metric', () => {
  it('has the stack and one more dimension, whoever emits it', async () => {
    const emf = await emfOf((telemetry) => {
      telemetry.handler({ component: 'validate', lane: 'critical' }, async () => {});
      telemetry.emit('BreakerOpenSeconds', 'breaker', 'fhir-server', 12.5);
    });
    expect(emf).toMatchObject({
      _aws: {
        CloudWatchMetrics: [
          {
            Namespace: 'fhir-failsafe',
            Dimensions: [['service', 'breaker']],
            Metrics: [{ Name: 'BreakerOpenSeconds', Unit: 'Seconds' }],
          },
        ],
      },
      service: 'fhir-failsafe-prod',
      breaker: 'fhir-server',
      BreakerOpenSeconds: 12.5,
    });
  });

  it('is emitted for the stage as well where one alarm watches all', async () => {
    const emf = await emfOf((telemetry) => telemetry.emit('OldestAge', 'queue', 'audit', 40));
    expect(emf._aws.CloudWatchMetrics).toMatchObject([
      { Dimensions: [['service', 'queue'], ['service']], Metrics: [{ Name: 'OldestAge' }] },
    ]);
    expect(emf).toMatchObject({ queue: 'audit', OldestAge: 40 });
  });
});
