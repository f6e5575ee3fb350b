/** Counts the metrics that functions of this process emit. */
import { vi } from 'vitest';

export interface Metrics {
  /** The sum of a metric so far, over all dimensions. */
  sum(name: string): number;
}

/** To be called before the functions are loaded; until the test's mocks are restored. */
export function watchMetrics(): Metrics {
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  const sums = new Map<string, number>();
  const write = process.stdout.write.bind(process.stdout);
  vi.spyOn(process.stdout, 'write').mockImplementation((...args: Parameters<typeof write>) => {
    const lines = String(args[0])
      .split('\n')
      .filter((line) => line.includes('"_aws"'));
    if (lines.length === 0) return write(...args);
    for (const line of lines) addAll(sums, JSON.parse(line));
    return true;
  });
  return { sum: (name) => sums.get(name) ?? 0 };
}

interface Emf extends Record<string, unknown> {
  readonly _aws: { CloudWatchMetrics: { Metrics: { Name: string }[] }[] };
}

function addAll(sums: Map<string, number>, emf: Emf): void {
  for (const { Metrics: metrics } of emf._aws.CloudWatchMetrics) {
    for (const { Name: name } of metrics) {
      const values = [emf[name]].flat().map(Number);
      sums.set(
        name,
        values.reduce((sum, value) => sum + value, sums.get(name) ?? 0),
      );
    }
  }
}
