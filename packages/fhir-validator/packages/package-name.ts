/** Names of packages (`hl7.fhir.us.core#8.0.0`), and version ranges. */

export interface PackageName {
  readonly id: string;
  readonly version: string;
}

/** Splits `id#version`. Undefined for a path. */
export function parsePackageName(text: string): PackageName | undefined {
  const [, id = '', version = ''] = /^([a-z0-9][a-z0-9.-]*)#([\w.*-]+)$/i.exec(text) ?? [];
  return id === '' ? undefined : { id, version };
}

export function nameOf({ id, version }: PackageName): string {
  return `${id}#${version}`;
}

/** Whether the version names one release. `4.0.x`, `latest` and `^1.0.0` do not. */
export function isExact(version: string): boolean {
  return /^\d+\.\d+\.\d+(-[\w.-]+)?$/.test(version);
}

/** The newest version that the wanted range allows. Releases are preferred to pre-releases. */
export function newestMatching(versions: readonly string[], wanted: string): string | undefined {
  const matching = versions.filter((each) => isMatch(each, wanted));
  const releases = matching.filter((each) => !each.includes('-'));
  return (releases.length > 0 ? releases : matching).sort(compareVersions).at(-1);
}

function isMatch(version: string, wanted: string): boolean {
  if (wanted === 'latest' || wanted === '*' || wanted === '') return true;
  if (!/[xX*^~]/.test(wanted)) return version === wanted;
  const parts = wanted.replace(/^[\^~]/, '').split('.');
  // ^1.2.3 keeps the first part, ~1.2.3 the first two, 1.2.x the parts before the x.
  const count = wanted.startsWith('^') ? 1 : wanted.startsWith('~') ? 2 : parts.length;
  const given = version.split('-')[0]?.split('.') ?? [];
  const isKept = parts
    .slice(0, count)
    .every((each, i) => /^[xX*]$/.test(each) || each === given[i]);
  return isKept && (count === parts.length || compareVersions(version, parts.join('.')) >= 0);
}

/** Semver order: a pre-release is before its release. */
export function compareVersions(left: string, right: string): number {
  const [a = '', preA] = left.split(/-(.*)/s, 2);
  const [b = '', preB] = right.split(/-(.*)/s, 2);
  const numbers = (of: string) => of.split('.').map(Number);
  const [as, bs] = [numbers(a), numbers(b)];
  for (let i = 0; i < Math.max(as.length, bs.length); i++) {
    const difference = (as[i] ?? 0) - (bs[i] ?? 0);
    if (difference !== 0 && !Number.isNaN(difference)) return difference;
  }
  if (preA === undefined || preB === undefined) {
    return Number(preA === undefined) - Number(preB === undefined);
  }
  return preA.localeCompare(preB, 'en', { numeric: true });
}
