/**
 * Whether package-lock.json pins what is installed: a SHA-512 for each package, from the registry and
 * nowhere else, and install scripts only of those whom package.json allows by name. Prints what is
 * wrong; status 1 if anything is.
 */
import { readFileSync } from 'node:fs';
import process from 'node:process';

/** An installed path such as `node_modules/a/node_modules/@b/c` ends with the package's name. */
const nameOf = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** @returns problems in words; none means that the lockfile is sound. */
export function problemsOf(lockfile, manifest) {
  const problems = [];
  const { '': root, ...packages } = lockfile.packages ?? {};
  if (lockfile.lockfileVersion !== 3 || root === undefined) return ['no lockfile of version 3'];
  const allowed = manifest.allowScripts ?? {};
  const workspaces = new Set(manifest.workspaces);
  for (const [path, entry] of Object.entries(packages)) {
    const refuse = (what) => problems.push(`${path}: ${what}`);
    // The folder of a workspace is ours, and so is the link to it.
    if (workspaces.has(path) || (entry.link === true && workspaces.has(entry.resolved))) continue;
    if (entry.link === true) refuse('is a link, not a package');
    const isOther = entry.name !== undefined && entry.name !== nameOf(path);
    if (isOther && !isAlias(nameOf(path), entry.name, manifest)) refuse(`is ${entry.name}`);
    // npm leaves the place out where it is the configured registry (omit-lockfile-registry-resolved).
    if (entry.resolved !== undefined) refuse('comes from a place of its own');
    if (entry.inBundle === true) {
      if (!isWithinHashed(path, packages)) refuse('is in no bundle that has a hash');
    } else if (!/^sha512-[A-Za-z0-9+/]{86}==$/.test(entry.integrity ?? '')) {
      refuse('has no SHA-512');
    }
    if (entry.hasInstallScript === true && allowed[nameOf(path)] !== true) {
      refuse('has an install script that package.json does not allow');
    }
  }
  return problems;
}

/** package.json itself says that another package stands in for it. */
function isAlias(name, other, { overrides = {} }) {
  return String(overrides[name]).startsWith(`npm:${other}@`);
}

/** A bundled package is within the archive of one above it, and covered by its hash. */
function isWithinHashed(path, packages) {
  for (
    let at = path.lastIndexOf('/node_modules/');
    at > 0;
    at = path.lastIndexOf('/node_modules/', at - 1)
  ) {
    if (packages[path.slice(0, at)]?.integrity !== undefined) return true;
  }
  return false;
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const read = (name) => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'));
  const problems = problemsOf(read('package-lock.json'), read('package.json'));
  for (const problem of problems) process.stderr.write(`lockfile: ${problem}\n`);
  if (problems.length > 0) process.exitCode = 1;
}
