/**
 * Whether a file of Python requirements pins what is installed: one version of each package, and a
 * SHA-256 of each file that pip may take for it. Prints what is wrong; status 1 if anything is.
 */
import { readFileSync } from 'node:fs';
import process from 'node:process';

export const FILES = ['emulator/requirements.txt', '.ci/requirements.txt'];

/** @returns problems in words; none means that the file is sound. */
export function problemsOf(text) {
  const lines = text.replaceAll(/\s*\\\n\s*/g, ' ').split('\n');
  const problems = [];
  for (const line of lines.map((each) => each.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const [, name] =
      /^([A-Za-z0-9._-]+)==[A-Za-z0-9.+!]+(?: ;[^#]*?)?(?: --hash=\S+)*$/.exec(line) ?? [];
    if (name === undefined) problems.push(`${line.slice(0, 80)}: is no package of one version`);
    else if (!/ --hash=sha256:[0-9a-f]{64}(?: |$)/.test(line))
      problems.push(`${name}: has no SHA-256`);
    else if (/--hash=(?!sha256:[0-9a-f]{64}(?: |$))/.test(line))
      problems.push(`${name}: has a weak hash`);
  }
  return problems;
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  for (const file of FILES) {
    for (const problem of problemsOf(
      readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'),
    )) {
      process.stderr.write(`${file}: ${problem}\n`);
      process.exitCode = 1;
    }
  }
}
