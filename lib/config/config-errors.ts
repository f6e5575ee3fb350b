/**
 * Describes what is wrong with a value of the config: where it was set, what was found, what may be meant.
 */
import { z } from 'zod';
import { closest } from '../../terminal/closest.ts';
import { exampleOf } from './setting-examples.ts';

const QUOTED_MAX = 60;

/**
 * One problem for each wrong key or value.
 * @param settings all existing settings, as dotted keys
 * @param isByContext whether a key was given by `-c`
 */
export function inWords(
  issue: z.core.$ZodIssue,
  settings: readonly string[],
  isByContext: (key: string) => boolean,
): string {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .map((key) => unknownSetting([...issue.path, key].join('.'), settings))
      .join('; ');
  }
  const key = issue.path.join('.');
  // A rule between several settings has no single place, and its input is all of them.
  if (issue.code === 'custom') return `${key}: ${issue.message}`;
  const where = isByContext(key) ? '' : ' (failsafe.config.ts)';
  if (issue.input === undefined) return `${key} is missing${where}${such(issue)}`;
  return `${key}${where}: ${issue.message}${found(issue)}${asJson(issue, key)}`;
}

function unknownSetting(key: string, settings: readonly string[]): string {
  const at = key.lastIndexOf('.') + 1;
  const above = key.slice(0, at);
  // Neighbours first: a misspelled name is usually in the right group.
  const beside = settings.filter((each) => each.startsWith(above));
  for (const some of [beside, settings]) {
    const names = new Map(some.map((each) => [each.split('.').at(-1) ?? each, each]));
    const name = closest(key.slice(at), names.keys());
    if (name !== undefined) return `${key} is not a setting (did you mean ${names.get(name)}?)`;
  }
  return `${key} is not a setting`;
}

/** An example of the value. */
function such({ path }: z.core.$ZodIssue): string {
  const example = exampleOf(path);
  return example === undefined ? '' : `: for example ${String(path.at(-1))}: ${example}`;
}

/** The value that was found. Not for an address with a user, which may hold a password. */
function found({ input }: z.core.$ZodIssue): string {
  const text = written(input);
  if (text.includes('@')) return '';
  const cut = text.length > QUOTED_MAX ? `${text.slice(0, QUOTED_MAX)}…` : text;
  return `, found ${cut}`;
}

/** JSON has no 10n, nor what contains itself. */
function written(input: unknown): string {
  try {
    return JSON.stringify(input) ?? String(input);
  } catch {
    return String(input);
  }
}

/** `-c` has lists and groups as JSON. */
function asJson(issue: z.core.$ZodIssue, key: string): string {
  if (issue.code !== 'invalid_type' || typeof issue.input !== 'string') return '';
  if (issue.expected === 'array') return `: a list is written as JSON, -c '${key}=["…"]'`;
  if (issue.expected === 'object' || issue.expected === 'record') {
    return `: a group is written as JSON, -c '${key}={…}', or each setting of it by its own key`;
  }
  return '';
}

/** Dotted keys of all settings, groups included, in a schema. */
export function settingsOf(schema: z.ZodType): string[] {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return [...keysOf(json as Node, '')];
}

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
}

function* keysOf({ properties = {} }: Node, above: string): Generator<string> {
  for (const [name, node] of Object.entries(properties)) {
    yield `${above}${name}`;
    yield* keysOf(node, `${above}${name}.`);
  }
}
