/** The result of the comparison as text: one line per property, for all resources together. */

import type { Finding } from './compare-stack.ts';
import type { EmulatorName } from './endpoint.ts';
import type { LeftOut } from './leave-out.ts';

/** Lines about what was left out before the deployment. */
export function leftOutLines(out: readonly LeftOut[], emulator: EmulatorName): string[] {
  if (out.length === 0) return [];
  return [
    `left out, because ${emulator} would refuse the template:`,
    ...out.map(({ logicalId, type, why }) => `  ${type} ${logicalId}: ${why}`),
  ];
}

/**
 * Lines about the live stack: a count, the properties that were set, those that cannot be set, and
 * those that were not read.
 */
export function comparisonLines(findings: readonly Finding[], emulator: EmulatorName): string[] {
  const of = (result: Finding['result']) => findings.filter((one) => one.result === result);
  const resources = new Set(findings.map(({ logicalId }) => logicalId)).size;
  return [
    `live compared with the template: ${of('as-written').length} of ${findings.length} properties of ${resources} resources are as written`,
    ...section(`set by API, because ${emulator}'s CloudFormation dropped it:`, of('set')),
    ...section(`${emulator} cannot, tests on the template must do:`, of('cannot')),
    ...section('not compared, nothing here can read it:', of('unread')),
  ];
}

function section(title: string, findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  const groups = Object.groupBy(
    findings,
    ({ type, property, why }) => `${type} ${property}${why === undefined ? '' : ` (${why})`}`,
  );
  return [
    title,
    ...Object.entries(groups).map(([what, group = []]) => {
      return `  ${what}: ${group.map(({ logicalId }) => logicalId).join(', ')}`;
    }),
  ];
}
