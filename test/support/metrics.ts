/** Counts the metrics that functions of this process emit. */
import { onTestFinished, vi } from 'vitest';

export interface Metrics {
  /** The sum of a metric so far, over all dimensions. */
  sum(name: string): number;
  /** Its largest value so far. */
  max(name: string): number;
}

const DISABLED = 'POWERTOOLS_METRICS_DISABLED';

/** Call it before the functions are loaded. It counts until the test's mocks are restored. */
export function watchMetrics(): Metrics {
  const before = process.env[DISABLED];
  vi.stubEnv(DISABLED, 'false');
  // Other files run in this process, whose metrics nobody counts.
  onTestFinished(() => {
    vi.stubEnv(DISABLED, before);
  });
  const values = new Map<string, number[]>();
  const write = process.stdout.write.bind(process.stdout);
  vi.spyOn(process.stdout, 'write').mockImplementation((...args: Parameters<typeof write>) => {
    const lines = String(args[0])
      .split('\n')
      .filter((line) => line.includes('"_aws"'));
    if (lines.length === 0) return write(...args);
    for (const line of lines) addAll(values, JSON.parse(line));
    return true;
  });
  return {
    sum: (name) => (values.get(name) ?? []).reduce((sum, value) => sum + value, 0),
    max: (name) => Math.max(...(values.get(name) ?? [])),
  };
}

interface Emf extends Record<string, unknown> {
  readonly _aws: { CloudWatchMetrics: { Metrics: { Name: string }[] }[] };
}

function addAll(all: Map<string, number[]>, emf: Emf): void {
  for (const { Metrics: metrics } of emf._aws.CloudWatchMetrics) {
    for (const { Name: name } of metrics) {
      all.set(name, [...(all.get(name) ?? []), ...[emf[name]].flat().map(Number)]);
    }
  }
}
