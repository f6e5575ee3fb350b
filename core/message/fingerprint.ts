/**
 * A short stable key of why something failed, so that 5,000 equal failures are one row to an operator.
 *
 * Equal means: the same component, the same kind, and the same normalised reason. What differs from one
 * occurrence to the next (numbers, ids, indices, positions in a file, quoted text) is removed, which also
 * removes whatever could identify a patient (R08).
 *
 * A rejection's reason is the set of its issues' codes, expressions (indices removed) and rules, and of the
 * plugins that found them: how often and in which order they occur does not matter. The texts of the issues
 * are left out, because they may quote values. The rule distinguishes what has no place in a resource: a
 * blank body, base64, a claim check that cannot be read.
 */
import { hash } from 'node:crypto';
import type { Issue } from '../../packages/fhir-validator/issue.ts';
import type { CrashKind } from '../../packages/isolation/death.ts';
import { isFoundInText, publicExpression } from './public-expression.ts';

const HEX_DIGITS = 16;

/** Fingerprint of a crash or dead letter. `reason` must carry no PHI itself. */
export function crashFingerprint(component: string, kind: CrashKind, reason: string): string {
  return digest([component, kind, normaliseReason(reason)]);
}

/** Fingerprint of a rejection, from its errors: only they reject. */
export function rejectionFingerprint(component: string, issues: readonly Issue[]): string {
  const whys = issues
    .filter((issue) => issue.severity === 'error')
    .map((issue) => {
      const { code, rule, plugin } = issue;
      const where = isFoundInText(rule) ? publicExpression(issue) : issue.expression;
      const place = `${code} ${withoutIndices(where ?? '')}`;
      const why = rule === undefined ? place : `${place} ${rule}`;
      return plugin === undefined ? why : `${plugin}: ${why}`;
    });
  return digest([component, 'rejection', ...[...new Set(whys)].sort()]);
}

/** Fingerprint of a message refused because of its sender. `problem` is one of a fixed list. */
export function refusalFingerprint(component: string, problem: string): string {
  return digest([component, 'refusal', problem]);
}

/** Fingerprint of a failed delivery. `reason` must carry no PHI itself. */
export function undeliveredFingerprint(component: string, reason: string): string {
  return digest([component, 'undelivered', reason]);
}

/** Removes what differs between two occurrences of the same reason. */
export function normaliseReason(reason: string): string {
  return reason
    .replaceAll(/"[^"]*"|'[^']*'|`[^`]*`/g, '"…"')
    .replaceAll(/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, '#')
    .replaceAll(/\d+/g, '#')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function withoutIndices(expression: string): string {
  return expression.replaceAll(/\[\d+\]/g, '');
}

function digest(parts: readonly string[]): string {
  return hash('sha256', JSON.stringify(parts)).slice(0, HEX_DIGITS);
}
