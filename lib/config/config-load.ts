/** Defaults, then the config file, then `-c key=value`: one config, or a refusal in one line. */

import { configProblems } from '../checks/config-checks.ts';
import { type Config, type ConfigInput, configSchema } from './config.ts';
import { inWords, settingsOf } from './config-errors.ts';
import { idleProblems } from './idle-settings.ts';

/** The config cannot be deployed. The message is one line and names each wrong key. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`config refused: ${problems.join('; ')}`);
    this.problems = problems;
  }
}

type Tree = { [key: string]: unknown };

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The CDK's own context (feature flags, lookups, the CLI's switches) is not our config. */
const isOurs = (key: string) => !key.startsWith('@') && !key.includes(':');

/**
 * `-c` gives strings: a text that reads as a number becomes one, and a list or group in JSON becomes that.
 */
function parseValue(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (/^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (!/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function withPath(tree: Tree, path: readonly string[], value: unknown): Tree {
  const [head = '', ...rest] = path;
  if (rest.length === 0) return { ...tree, [head]: parseValue(value) };
  const child = Object.hasOwn(tree, head) ? tree[head] : {};
  return { ...tree, [head]: withPath(isTree(child) ? child : {}, rest, value) };
}

/** Dotted keys of all settings in a tree; a key without a value is left out. */
function* keysIn(tree: Tree, above = ''): Generator<string> {
  for (const [key, value] of Object.entries(tree)) {
    if (isTree(value)) yield* keysIn(value, `${above}${key}.`);
    else if (value !== undefined) yield `${above}${key}`;
  }
}

/** Settings that would be left out without a word: nothing can have such a name (zod drops it from its records). */
function* unnameableIn(value: unknown, at = '', seen = new Set()): Generator<string> {
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  for (const [key, below] of Object.entries(value)) {
    if (key === '__proto__') yield `${at}${key} is not a name that anything can have`;
    yield* unnameableIn(below, `${at}${key}.`, seen);
  }
}

/**
 * The config from the file's part and the CDK context (dotted keys, `lanes.critical.batchSize`).
 * Throws ConfigError that names every unknown key and wrong value.
 */
export function loadConfig(file: ConfigInput, context: Readonly<Record<string, unknown>>): Config {
  if (!isTree(file)) {
    throw new ConfigError(['failsafe.config.ts must export its settings: export default { … }']);
  }
  let input: Tree = { ...file };
  const own = Object.entries(context).filter(([key]) => isOurs(key));
  for (const [key, value] of own) input = withPath(input, key.split('.'), value);
  const unnameable = [...unnameableIn(input)];
  if (unnameable.length > 0) throw new ConfigError(unnameable);
  const parsed = configSchema.safeParse(input, { reportInput: true });
  if (!parsed.success) {
    const isByContext = (at: string) =>
      own.some(([key]) => key === at || key.startsWith(`${at}.`) || at.startsWith(`${key}.`));
    const settings = settingsOf(configSchema);
    throw new ConfigError(
      parsed.error.issues.map((issue) => inWords(issue, settings, isByContext)),
    );
  }
  const problems = [
    ...configProblems(parsed.data),
    ...idleProblems(parsed.data, [...keysIn(input)]),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  return parsed.data;
}
