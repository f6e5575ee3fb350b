/**
 * All metrics that CloudWatch would get: those that functions print in embedded metric format, the
 * platform's records of invocations, and those that are counted here because no emulator publishes
 * them.
 */
import { z } from 'zod';
import type { LogLine } from '../packages/local-lambda/lambda/platform-log.ts';
import { emfRecords, type MetricRecord } from '../telemetry/emf-records.ts';
import type { MetricRef } from './alarms.ts';

const reportSchema = z.object({
  time: z.string(),
  type: z.literal('platform.report'),
  record: z.object({
    status: z.string(),
    metrics: z.object({ durationMs: z.number(), maxMemoryUsedMB: z.number() }),
  }),
});

export class MetricRecords {
  readonly all: MetricRecord[] = [];
  /** By function: the most that an environment has used so far. `MemoryPercent` is not emitted for little. */
  readonly memoryUsedMb = new Map<string, number>();

  /** Reads a line of a function's log, if it holds a metric. */
  readonly listen = ({ functionName, line }: LogLine): void => {
    if (line.includes('"_aws"')) this.all.push(...emfRecords(line));
    else if (line.includes('"platform.report"')) {
      this.#report(functionName, reportSchema.parse(JSON.parse(line)));
    }
  };

  #report(FunctionName: string, { time, record }: z.infer<typeof reportSchema>): void {
    const { durationMs, maxMemoryUsedMB } = record.metrics;
    const own = { at: Date.parse(time), namespace: 'AWS/Lambda', dimensions: { FunctionName } };
    this.all.push(
      { ...own, name: 'Errors', value: record.status === 'success' ? 0 : 1 },
      { ...own, name: 'Duration', value: durationMs },
    );
    const known = this.memoryUsedMb.get(FunctionName) ?? 0;
    // It is measured five times a second, so that a short life reports none.
    if (maxMemoryUsedMB > known) this.memoryUsedMb.set(FunctionName, maxMemoryUsedMB);
  }

  /** Adds a value that nothing else emits. */
  add(record: Omit<MetricRecord, 'at'>): void {
    this.all.push({ ...record, at: Date.now() });
  }

  /** The statistic of the values from then on; 0 if there are none. */
  read({ namespace, name, dimensions, statistic }: MetricRef, since: number): number {
    const values = this.all
      .filter((one) => one.at >= since && one.namespace === namespace && one.name === name)
      .filter((one) => sameDimensions(one.dimensions, dimensions))
      .map(({ value }) => value);
    if (statistic === 'Sum') return values.reduce((sum, value) => sum + value, 0);
    if (statistic === 'Maximum') return Math.max(0, ...values);
    throw new TypeError(`${name}: statistic ${statistic} is not read here`);
  }
}

type Dimensions = MetricRef['dimensions'];

function sameDimensions(a: Dimensions, b: Dimensions): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((dimension) => a[dimension] === b[dimension])
  );
}
