/** Parses condition, filter and key condition expressions. */
import { type Path, readPath } from './paths.ts';
import { Tokens } from './tokens.ts';

export type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly name: string }
  | { readonly kind: 'size'; readonly path: Path };

const COMPARATORS = ['=', '<>', '<', '<=', '>', '>='] as const;
export type Comparator = (typeof COMPARATORS)[number];
const FUNCTIONS = ['attribute_type', 'begins_with', 'contains'] as const;

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly all: readonly Condition[] }
  | { readonly kind: 'not'; readonly condition: Condition }
  | { readonly kind: 'exists'; readonly path: Path; readonly wanted: boolean }
  | {
      readonly kind: 'compare';
      readonly comparator: Comparator;
      readonly left: Operand;
      readonly right: Operand;
    }
  | { readonly kind: 'between'; readonly of: Operand; readonly from: Operand; readonly to: Operand }
  | { readonly kind: 'in'; readonly of: Operand; readonly all: readonly Operand[] }
  | {
      readonly kind: (typeof FUNCTIONS)[number];
      readonly path: Path;
      readonly operand: Operand;
    };

const known = new Map<string, Condition>();

/** Cached, because handlers send the same expressions again and again. */
export function readCondition(expression: string): Condition {
  const before = known.get(expression);
  if (before !== undefined) return before;
  const tokens = new Tokens(expression);
  const condition = readOr(tokens);
  if (!tokens.isAtEnd) throw tokens.unexpected('the end was expected');
  known.set(expression, condition);
  return condition;
}

function readOr(tokens: Tokens): Condition {
  return readAll(tokens, 'or', () => readAll(tokens, 'and', () => readNot(tokens)));
}

function readAll(tokens: Tokens, kind: 'and' | 'or', readOne: () => Condition): Condition {
  const first = readOne();
  const all = [first];
  while (tokens.take(kind.toUpperCase())) all.push(readOne());
  return all.length === 1 ? first : { kind, all };
}

function readNot(tokens: Tokens): Condition {
  if (tokens.take('NOT')) return { kind: 'not', condition: readNot(tokens) };
  if (tokens.take('(')) {
    const inner = readOr(tokens);
    tokens.expect(')');
    return inner;
  }
  return readFunction(tokens) ?? readComparison(tokens);
}

function readFunction(tokens: Tokens): Condition | undefined {
  const name = tokens.peek();
  if (tokens.peek(1) !== '(' || name === 'size') return undefined;
  tokens.next();
  tokens.expect('(');
  const path = readPath(tokens);
  const condition = functionOf(tokens, name, path);
  tokens.expect(')');
  return condition;
}

function functionOf(tokens: Tokens, name: string, path: Path): Condition {
  if (name === 'attribute_exists') return { kind: 'exists', path, wanted: true };
  if (name === 'attribute_not_exists') return { kind: 'exists', path, wanted: false };
  const kind = FUNCTIONS.find((other) => other === name);
  if (kind === undefined) throw tokens.unexpected(`there is no function ${name}`);
  tokens.expect(',');
  return { kind, path, operand: readOperand(tokens) };
}

function readComparison(tokens: Tokens): Condition {
  const of = readOperand(tokens);
  if (tokens.take('BETWEEN')) {
    const from = readOperand(tokens);
    tokens.expect('AND');
    return { kind: 'between', of, from, to: readOperand(tokens) };
  }
  if (tokens.take('IN')) {
    tokens.expect('(');
    const all = [readOperand(tokens)];
    while (tokens.take(',')) all.push(readOperand(tokens));
    tokens.expect(')');
    return { kind: 'in', of, all };
  }
  const comparator = COMPARATORS.find((sign) => tokens.take(sign));
  if (comparator === undefined) throw tokens.unexpected('a comparison was expected');
  return { kind: 'compare', comparator, left: of, right: readOperand(tokens) };
}

export function readOperand(tokens: Tokens): Operand {
  if (tokens.peek().startsWith(':')) return { kind: 'value', name: tokens.next() };
  if (tokens.peek() === 'size' && tokens.peek(1) === '(') {
    tokens.next();
    tokens.expect('(');
    const path = readPath(tokens);
    tokens.expect(')');
    return { kind: 'size', path };
  }
  return { kind: 'path', path: readPath(tokens) };
}
