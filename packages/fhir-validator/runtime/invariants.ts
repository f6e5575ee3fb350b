/** How a broken invariant is reported: at the element that carries it, by key and in words. */
import type { Report } from './report.ts';

export function broken(report: Report, key: string, human: string): void {
  report.broken(key, human);
}

export function brokenAdvice(report: Report, key: string, human: string): void {
  report.warning(key, 'invariant', `${key}: ${human}`);
}
