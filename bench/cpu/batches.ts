/** What the measured processes are given: an endpoint, and texts in batches. */
import { sample } from '../../demo/sample/sample.ts';

/** Messages that run before the measurement: V8 has compiled what is hot by then. */
export const WARM_UP = 3_000;
export const MEASURED = 6_000;

/** Healthy resources, the same ones again and again. */
export function texts(count: number): string[] {
  const all = [...sample({ count: 500, seed: 24, troubled: false })];
  return Array.from({ length: count }, (_, n) => all[n % all.length] ?? '');
}

/** CPU of this whole process, threads included, in ms, since `before`. */
export function cpuMs(before?: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
