import { Unsupported } from './ast.ts';

export interface Token {
  readonly kind:
    | 'name'
    | 'quoted-name'
    | 'string'
    | 'number'
    | 'date'
    | 'constant'
    | 'symbol'
    | 'end';
  readonly text: string;
}

const DAY = '\\d{4}(?:-\\d{2}(?:-\\d{2})?)?';
const CLOCK = '\\d{2}(?::\\d{2}(?::\\d{2}(?:\\.\\d+)?)?)?';
const PATTERNS = [
  ['space', /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)/y],
  ['date', new RegExp(`@(?:T${CLOCK}|${DAY}(?:T(?:${CLOCK}(?:Z|[+-]\\d{2}:\\d{2})?)?)?)`, 'y')],
  ['number', /\d+(?:\.\d+)?/y],
  ['string', /'(?:[^'\\]|\\[\s\S])*'/y],
  ['quoted-name', /`(?:[^`\\]|\\[\s\S])*`/y],
  ['constant', /%(?:[A-Za-z_][\w-]*|`[^`]*`|'[^']*')/y],
  ['name', /\$?[A-Za-z_]\w*/y],
  ['symbol', /(?:<=|>=|!=|!~|[.,()[\]{}|=~<>+\-*/&])/y],
] as const;

const ESCAPES: Readonly<Record<string, string>> = { f: '\f', n: '\n', r: '\r', t: '\t' };

/**
 * Splits an expression into tokens, with an end token last. Removes quotes and escapes from
 * strings. Throws Unsupported at a character that starts no token.
 */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    const found = match(source, at);
    if (found === undefined)
      throw new Unsupported(`character ${at + 1}: ${source.slice(at, at + 9)}`);
    if (found.kind !== 'space') tokens.push({ kind: found.kind, text: unquote(found) });
    at += found.text.length;
  }
  return [...tokens, { kind: 'end', text: '' }];
}

type Match = { kind: (typeof PATTERNS)[number][0]; text: string };

function match(source: string, at: number): Match | undefined {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const [text] = pattern.exec(source) ?? [];
    if (text !== undefined) return { kind, text };
  }
  return undefined;
}

function unquote({ kind, text }: Match): string {
  if (kind === 'string' || kind === 'quoted-name') return plain(text.slice(1, -1));
  if (kind === 'constant') return text.slice(1).replace(/^[`'](.*)[`']$/, '$1');
  return kind === 'date' ? text.slice(1) : text;
}

function plain(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (_, hex?: string, char?: string) =>
    hex === undefined
      ? (ESCAPES[char ?? ''] ?? char ?? '')
      : String.fromCharCode(parseInt(hex, 16)),
  );
}
