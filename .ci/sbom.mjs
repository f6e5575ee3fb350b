/**
 * Whether an SBOM names what is installed: each package of package-lock.json, once, with its version
 * and the hash by which npm took it. `node .ci/sbom.mjs FILE` prints what is wrong; status 1 if anything is.
 */
import { readFileSync } from 'node:fs';
import process from 'node:process';

const nameOf = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** An alias is installed under another name than its own. */
const withPurl = (path, entry) => ({
  ...entry,
  purl: `pkg:npm/${(entry.name ?? nameOf(path)).replace('@', '%40')}@${entry.version}`,
});

/** The root and the workspaces are ours. */
const isInstalled = (path) => path.includes('node_modules/');

/** @returns problems in words; none means that the SBOM is whole. */
export function problemsOf(sbom, lockfile) {
  if (sbom.bomFormat !== 'CycloneDX') return ['it is not CycloneDX'];
  const entries = Object.entries(lockfile.packages);
  const packages = Object.fromEntries(
    entries.filter(([path, { link }]) => isInstalled(path) && !link),
  );
  const ours = entries.filter(([path]) => path !== '' && !isInstalled(path));
  const problems = [];
  const named = new Map();
  for (const { purl, hashes = [] } of sbom.components ?? []) {
    // One version may be there more than once, within the bundle of another too.
    const known = named.get(purl) ?? new Set();
    named.set(purl, known);
    for (const { alg, content } of hashes) known.add(`${alg}:${content}`);
  }
  const purls = Object.entries(packages).map(([path, entry]) => withPurl(path, entry));
  // Within a bundle a package has no hash of its own; the bundle has.
  const bundled = new Set(purls.filter(({ inBundle }) => inBundle).map(({ purl }) => purl));
  const expected = new Set(
    [...purls, ...ours.map(([path, entry]) => withPurl(path, entry))].map(({ purl }) => purl),
  );
  for (const { purl, integrity, optional } of purls) {
    const hashes = named.get(purl);
    // Of another platform: npm leaves it out where it is not installed.
    if (hashes === undefined && optional === true) continue;
    if (hashes === undefined) problems.push(`${purl} is missing`);
    else if (integrity === undefined || (bundled.has(purl) && hashes.size === 0)) continue;
    else if (!hashes.has(sha512Of(integrity))) problems.push(`${purl} has another hash`);
  }
  for (const purl of named.keys())
    if (!expected.has(purl)) problems.push(`${purl} is in no lockfile`);
  return problems;
}

const sha512Of = (integrity) =>
  `SHA-512:${Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex')}`;

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
  const [file = 'build/sbom.cdx.json'] = process.argv.slice(2);
  const problems = problemsOf(read(file), read(new URL('../package-lock.json', import.meta.url)));
  for (const problem of problems) process.stderr.write(`${file}: ${problem}\n`);
  if (problems.length > 0) process.exitCode = 1;
}
