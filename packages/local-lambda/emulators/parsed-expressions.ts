/**
 * Lets dynalite parse each expression once. Functions send the same expressions again and again with other
 * values, and parsing them took more than a fifth of dynalite's time.
 *
 * A parser looks at the text, the names and the types of the values. It puts the values into its result as they
 * are. Only `BETWEEN` and `attribute_type` look at values, so expressions with these are always parsed, and so are
 * those that are refused.
 */
import conditionParser from 'dynalite/db/conditionParser.js';
import projectionParser from 'dynalite/db/projectionParser.js';
import updateParser from 'dynalite/db/updateParser.js';

type Value = Readonly<Record<string, unknown>>;

/** What dynalite passes to a parser. The parser removes the names and values that it used from the unused ones. */
export interface ParseContext {
  readonly attrNames?: Readonly<Record<string, string>> | undefined;
  readonly attrVals?: Readonly<Record<string, Value>> | undefined;
  readonly unusedAttrNames: Record<string, true>;
  readonly unusedAttrVals: Record<string, true>;
}

/** A parser module of dynalite. */
export interface ExpressionParser {
  parse(text: string, options: { readonly context: ParseContext }): unknown;
}

interface Parsed {
  /** With placeholders for the values. */
  readonly tree: unknown;
  readonly names: readonly string[];
  readonly values: readonly string[];
}

class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

const LOOKS_AT_VALUES = /between|attribute_type/i;
/** In bytes. DynamoDB refuses a longer one, and dynalite does not. */
const EXPRESSION_MAX = 4_096;
/** Far more than a stack has. */
const REMEMBERED_MAX = 1_000;

/** Changes all parsers of dynalite. */
export function parseAllOnce(): void {
  for (const parser of [conditionParser, projectionParser, updateParser]) parseOnce(parser);
}

/** Changes a parser, once for all emulators of this thread. It refuses what DynamoDB refuses for its size. */
export function parseOnce(parser: ExpressionParser): void {
  const parse = parser.parse.bind(parser);
  const remembered = new Map<string, Parsed>();
  parser.parse = (text, { context }) => {
    const size = Buffer.byteLength(text);
    if (size > EXPRESSION_MAX) {
      throw new RangeError(
        `Expression size has exceeded the maximum allowed size; expression size: ${size}`,
      );
    }
    if (LOOKS_AT_VALUES.test(text)) return parse(text, { context });
    const key = keyOf(text, context);
    const known = remembered.get(key) ?? parsed(parse, text, context);
    if (remembered.size >= REMEMBERED_MAX) remembered.clear();
    remembered.set(key, known);
    for (const name of known.names) delete context.unusedAttrNames[name];
    for (const name of known.values) delete context.unusedAttrVals[name];
    return mapped(known.tree, (node) =>
      node instanceof Placeholder ? context.attrVals?.[node.name] : undefined,
    );
  };
}

/** dynalite has checked that each value has exactly one type. */
function keyOf(text: string, { attrNames, attrVals = {} }: ParseContext): string {
  const types = Object.entries(attrVals).map(([name, value]) => [name, ...Object.keys(value)]);
  return JSON.stringify([text, attrNames, types]);
}

/** @throws what the parser throws for an expression that it refuses */
function parsed(parse: ExpressionParser['parse'], text: string, context: ParseContext): Parsed {
  const { attrNames = {}, attrVals = {} } = context;
  // Another expression of the same request may have used some already.
  const unusedAttrNames = marked(attrNames);
  const unusedAttrVals = marked(attrVals);
  const result = parse(text, { context: { ...context, unusedAttrNames, unusedAttrVals } });
  const names = new Map<unknown, string>(Object.entries(attrVals).map(([name, v]) => [v, name]));
  return {
    tree: mapped(result, (node) => {
      const name = names.get(node);
      return name === undefined ? undefined : new Placeholder(name);
    }),
    names: Object.keys(attrNames).filter((name) => !(name in unusedAttrNames)),
    values: Object.keys(attrVals).filter((name) => !(name in unusedAttrVals)),
  };
}

const marked = (entries: object): Record<string, true> =>
  Object.fromEntries(Object.keys(entries).map((name) => [name, true]));

/** A copy, because dynalite changes what it gets. `replace` returns undefined for what it leaves. */
function mapped(node: unknown, replace: (node: object) => unknown): unknown {
  if (typeof node !== 'object' || node === null) return node;
  const other = replace(node);
  if (other !== undefined) return other;
  if (Array.isArray(node)) return node.map((each) => mapped(each, replace));
  const copy: Record<string, unknown> =
    Object.getPrototypeOf(node) === null ? Object.create(null) : {};
  for (const [key, value] of Object.entries(node)) copy[key] = mapped(value, replace);
  return copy;
}
