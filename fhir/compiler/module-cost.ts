/** What each compiled package weighs and costs to load, measured in a process of its own. */
import { execFileSync } from 'node:child_process';

const PROBE = `const [folder, ...files] = process.argv.slice(1);
const costs = [];
for (const file of files) {
  const started = performance.now();
  await import(folder + file);
  costs.push(performance.now() - started);
}
console.log(JSON.stringify(costs));`;

interface Module {
  readonly label: string;
  readonly file: string;
  readonly source: string;
  readonly profiles: readonly unknown[];
  readonly extensionCount: number;
}

/** A line for each package. The base module comes first, so that what they share is not theirs. */
export async function costOfModules(folder: URL, modules: readonly Module[]): Promise<string[]> {
  const files = modules.map(({ file }) => file);
  const output = execFileSync(
    process.execPath,
    ['--input-type=module', '--eval', PROBE, folder.href, ...files],
    { encoding: 'utf8' },
  );
  const costs = JSON.parse(output) as number[];
  return modules.slice(1).map(({ label, source, profiles, extensionCount }, i) => {
    const kilobytes = Math.round(source.length / 1024);
    const ms = (costs[i + 1] ?? 0).toFixed(1);
    return (
      `${label}: ${profiles.length} profiles and ${extensionCount} extensions, ` +
      `${kilobytes} KB, loads in ${ms} ms`
    );
  });
}
