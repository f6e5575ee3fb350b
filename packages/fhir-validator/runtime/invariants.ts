/** Reports a violated invariant at the element that has it, with its key and text. */
import type { Report } from './report.ts';

export function broken(report: Report, key: string, human: string): void {
  report.broken(key, human);
}

export function brokenAdvice(report: Report, key: string, human: string): void {
  report.warning(key, 'invariant', `${key}: ${human}`);
}
