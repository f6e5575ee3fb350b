/** Defaults, then the config file, then `-c key=value`: one config, or a refusal in one line. */
import type { z } from 'zod';
import { type Config, type ConfigInput, configSchema } from './config.ts';
import { configProblems } from './config-checks.ts';

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

/** `-c` gives strings; what reads as a number is one, and what reads as a list in JSON is that. */
function parseValue(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (/^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (!value.startsWith('[')) return value;
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

function inWords(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${[...issue.path, key].join('.')} is not a setting`).join('; ');
  }
  return `${issue.path.join('.')}: ${issue.message}`;
}

/**
 * The config from the file's part and the CDK context (dotted keys, `lanes.critical.batchSize`).
 * Throws ConfigError that names every unknown key and wrong value.
 */
export function loadConfig(file: ConfigInput, context: Readonly<Record<string, unknown>>): Config {
  let input: Tree = { ...file };
  for (const [key, value] of Object.entries(context)) {
    if (isOurs(key)) input = withPath(input, key.split('.'), value);
  }
  const parsed = configSchema.safeParse(input);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map(inWords));
  const problems = configProblems(parsed.data);
  if (problems.length > 0) throw new ConfigError(problems);
  return parsed.data;
}
