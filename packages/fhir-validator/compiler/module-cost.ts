/**
 * Measures each compiled package: its size, the time to load it in a separate process, and the time
 * to validate its examples, if it has any.
 */
import { execFileSync } from 'node:child_process';
import { nameOf } from '../packages/package-name.ts';

interface Exemplified {
  readonly id: string;
  readonly version: string;
  readonly examples: readonly string[];
}

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

/**
 * Returns a line for each package. Loads the base module first, so that shared code is not counted.
 */
export async function costOfModules(
  folder: URL,
  modules: readonly Module[],
  packages: readonly Exemplified[],
): Promise<string[]> {
  const { validateResource } = await import('../validator.ts');
  const files = modules.map(({ file }) => file);
  const output = execFileSync(
    process.execPath,
    ['--input-type=module', '--eval', PROBE, folder.href, ...files],
    { encoding: 'utf8' },
  );
  const costs = JSON.parse(output) as number[];
  return modules.slice(1).map(({ label, source, profiles, extensionCount }, i) => {
    const examples = packages.find((each) => nameOf(each) === label)?.examples ?? [];
    const kilobytes = Math.round(source.length / 1024);
    const ms = (costs[i + 1] ?? 0).toFixed(1);
    return (
      `${label}: ${profiles.length} profiles and ${extensionCount} extensions, ` +
      `${kilobytes} KB, loads in ${ms} ms${speedOf(examples, validateResource)}`
    );
  });
}

const ROUND_MS = 150;
/** Longer examples are left out: Bundles of megabytes would dominate the result. */
const TEXT_MAX = 100_000;

/** Examples per second, with the profiles that they declare and without. */
function speedOf(texts: readonly string[], validate: (value: unknown) => unknown): string {
  const examples = texts
    .filter(({ length }) => length < TEXT_MAX)
    .map((each) => JSON.parse(each) as Record<string, unknown>);
  if (examples.length === 0) return '';
  const bare = examples.map(({ meta: _, ...rest }) => rest);
  const [kept, without] = [examples, bare].map((each) => rateOf(each, validate));
  return `, ${kept} of its examples a second, ${without} without their profiles`;
}

function rateOf(values: readonly unknown[], validate: (value: unknown) => unknown): string {
  const run = (): number => {
    const started = performance.now();
    let done = 0;
    for (; performance.now() - started < ROUND_MS; done += values.length)
      for (const each of values) validate(each);
    return (done * 1000) / (performance.now() - started);
  };
  run();
  return Math.round(run()).toLocaleString('en');
}
