/**
 * Whether imports point one way: each folder may import those that it names here, and itself; no
 * files import each other in a circle; and the AWS SDK is imported where AWS is spoken to.
 * `node .ci/layers.mjs` prints what is wrong, status 1 if anything is;
 * `node .ci/layers.mjs --draw` prints the drawing that docs/decisions/layers.md shows.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import process from 'node:process';
import { parseSync } from 'oxc-parser';

const VALIDATOR = 'packages/fhir-validator';
const ISOLATION = 'packages/isolation';
const RUNTIME = 'packages/local-lambda';
const DEPLOYED = ['core', 'aws', 'telemetry', 'breaker', 'functions', VALIDATOR, ISOLATION];

/** From the bottom up. What is not named may import anything: tests. */
export const LAYERS = {
  [VALIDATOR]: [],
  [ISOLATION]: [],
  [RUNTIME]: [],
  terminal: [],
  core: [VALIDATOR, ISOLATION],
  telemetry: ['core'],
  aws: ['core', 'telemetry', VALIDATOR, ISOLATION],
  breaker: ['core', 'telemetry', 'aws'],
  functions: ['core', 'telemetry', 'aws', 'breaker', VALIDATOR, ISOLATION],
  plugins: ['config', 'terminal'],
  lib: [...DEPLOYED, 'config', 'terminal'],
  config: ['lib'],
  cli: [...DEPLOYED, 'lib', 'config', 'terminal', RUNTIME],
  console: [...DEPLOYED, 'cli', 'lib', 'config', 'terminal', RUNTIME],
  commands: ['cli', 'console', 'terminal'],
  simulation: [...DEPLOYED, 'cli', 'lib', 'config', 'terminal', RUNTIME],
  emulator: ['aws', 'cli', 'lib', 'config', 'terminal', RUNTIME],
  demo: [...DEPLOYED, 'cli', 'console', 'lib', 'config', 'terminal', RUNTIME],
  gameday: [...DEPLOYED, 'demo', 'terminal', RUNTIME],
  bench: [
    ...DEPLOYED,
    ...['demo', 'simulation', 'cli', 'console', 'lib', 'config', 'plugins', 'terminal', RUNTIME],
    // Benches measure on the examples that tests assert on.
    'test',
  ],
};

/**
 * Of what is deployed only the adapters speak to AWS; `cli` and `console` do so for people, and the local
 * runtime's package stands alone. What the pipeline is measured against must not run through its adapters.
 * The services of the simulation take the place of AWS, so they know the SDK's commands by their classes and
 * throw the SDK's errors.
 */
const WITH_SDK = [
  ...['aws/', 'cli/', 'console/', `${RUNTIME}/`, 'bench/peers/'],
  ...['simulation/clients.ts', 'simulation/dynamo/', 'simulation/lambda/', 'simulation/s3/'],
  ...['simulation/service-errors.ts', 'simulation/sns/', 'simulation/sqs/'],
];

/** The layer of a file. `failsafe.config.ts`, which its users write, is one of its own, and so is the list of all commands. */
export function layerOf(path) {
  const [first, second, ...rest] = path.split('/');
  if (path === 'failsafe.config.ts') return 'config';
  if (path === 'cli/program.ts' || path === 'cli/commands.ts') return 'commands';
  if (first === 'packages' && rest.length > 0) return `${first}/${second}`;
  return second === undefined ? '' : first;
}

/** What a file imports, types too, as it is written. */
function specifiersOf(path, source) {
  const { module } = parseSync(path, source);
  const named = module.staticImports.map(({ moduleRequest }) => moduleRequest.value);
  const exported = module.staticExports.flatMap(({ entries }) =>
    entries.map(({ moduleRequest }) => moduleRequest?.value),
  );
  const dynamic = module.dynamicImports.map(({ moduleRequest: { start, end } }) =>
    source.slice(start + 1, end - 1),
  );
  const all = new Set([...named, ...exported, ...dynamic]);
  all.delete(undefined);
  return [...all];
}

/** Paths, from the root, of what a file of ours imports by a relative path. */
export function importsOf(path, source) {
  return specifiersOf(path, source)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => normalize(join(dirname(path), specifier)));
}

/** @returns each import against the arrows, and each circle, in words. */
export function violations(sources) {
  const all = [...sources];
  return [...all.flatMap(againstTheArrows), ...circles(all)];
}

function againstTheArrows([path, source]) {
  const layer = layerOf(path);
  const allowed = LAYERS[layer];
  if (allowed === undefined) return [];
  const reach = allowed.join(', ') || 'nothing of ours';
  const problems = importsOf(path, source)
    .filter((target) => ![layer, ...allowed].includes(layerOf(target)))
    .map((target) => `${path} imports ${target}: ${layer} may import ${reach}`);
  const sdk = specifiersOf(path, source).find((specifier) => specifier.startsWith('@aws-sdk/'));
  if (sdk === undefined || WITH_SDK.some((place) => path.startsWith(place))) return problems;
  return [...problems, `${path} imports ${sdk}: only ${WITH_SDK.join(', ')} import the AWS SDK`];
}

/** Each circle once, from the file at which it was met first. */
function circles(sources) {
  const imports = new Map(sources.map(([path, source]) => [path, importsOf(path, source)]));
  const done = new Set();
  const way = [];
  const problems = [];
  const visit = (path) => {
    const at = way.indexOf(path);
    if (at >= 0) problems.push(`a circle: ${[...way.slice(at), path].join(' → ')}`);
    if (at >= 0 || done.has(path)) return;
    way.push(path);
    for (const target of imports.get(path) ?? []) visit(target);
    way.pop();
    done.add(path);
  };
  for (const path of imports.keys()) visit(path);
  return problems;
}

/** The layers from the top down, each with what it may import. */
export function drawing() {
  const width = Math.max(...Object.keys(LAYERS).map(({ length }) => length));
  return Object.entries(LAYERS)
    .reverse()
    .map(([layer, below]) => `${layer.padEnd(width)}  →  ${inShort(below) || '·'}`)
    .join('\n');
}

function inShort(below) {
  const isOnDeployed = DEPLOYED.every((layer) => below.includes(layer));
  const others = below.filter((layer) => !DEPLOYED.includes(layer));
  return (isOnDeployed ? ['all that is deployed', ...others] : below).join(', ');
}

function sourcesOfTree() {
  const files = execFileSync(
    'git',
    ['ls-files', '-co', '--exclude-standard', '*.ts', '*.tsx', '*.mts', '*.mjs'],
    { encoding: 'utf8' },
  );
  return files
    .split('\n')
    .filter((path) => path !== '' && !path.endsWith('.d.ts') && !path.endsWith('.d.mts'))
    .map((path) => [path, readFileSync(path, 'utf8')]);
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  if (process.argv.includes('--draw')) {
    process.stdout.write(`${drawing()}\n`);
  } else {
    const problems = violations(sourcesOfTree());
    for (const problem of problems) process.stderr.write(`${problem}\n`);
    if (problems.length > 0) process.exitCode = 1;
  }
}
