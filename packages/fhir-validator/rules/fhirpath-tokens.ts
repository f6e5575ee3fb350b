/** The tokens of FHIRPath: https://hl7.org/fhirpath/N1/grammar.html */

const SPACE = /[ \t\r\n]+/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /[0-9]+(?:\.[0-9]+)?/y;
const DATE = /@(?:T[0-9:.]+|[0-9]{4}(?:-[0-9]{2}){0,2}(?:T[0-9:.]*(?:Z|[+-][0-9]{2}:[0-9]{2})?)?)/y;
const SYMBOL = /<=|>=|!=|!~|[.,()[\]{}|=~<>+\-*/&$%]/y;

export interface Token {
  readonly kind: 'name' | 'quoted' | 'string' | 'number' | 'date' | 'symbol' | 'end';
  readonly text: string;
  readonly to: number;
}

export class Fault extends Error {
  override readonly name = 'Fault';
}

export function tokenAt(text: string, from: number): Token {
  const at = skipBlank(text, from);
  if (at >= text.length) return { kind: 'end', text: '', to: at + 1 };
  const char = text[at] ?? '';
  if (char === "'") return quoted('string', text, at, char);
  if (char === '`' || char === '"') return quoted('quoted', text, at, char);
  return (
    match('name', NAME, text, at) ??
    match('number', NUMBER, text, at) ??
    match('date', DATE, text, at) ??
    match('symbol', SYMBOL, text, at) ??
    unknown(at)
  );
}

function unknown(at: number): never {
  throw new Fault(`character ${at + 1} is not allowed here`);
}

function match(kind: Token['kind'], pattern: RegExp, text: string, at: number): Token | undefined {
  pattern.lastIndex = at;
  const found = pattern.exec(text)?.[0];
  return found === undefined ? undefined : { kind, text: found, to: at + found.length };
}

function quoted(kind: Token['kind'], text: string, at: number, mark: string): Token {
  for (let to = at + 1; to < text.length; to++) {
    if (text[to] === '\\') to++;
    else if (text[to] === mark) return { kind, text: text.slice(at, to + 1), to: to + 1 };
  }
  throw new Fault(`character ${at + 1} opens a quotation that is not closed`);
}

/** Skips white space and comments. */
function skipBlank(text: string, from: number): number {
  let at = from;
  for (;;) {
    SPACE.lastIndex = at;
    if (SPACE.test(text)) at = SPACE.lastIndex;
    const isLine = text.startsWith('//', at);
    if (!isLine && !text.startsWith('/*', at)) return at;
    const end = text.indexOf(isLine ? '\n' : '*/', at + 2);
    if (end < 0 && !isLine) throw new Fault('a comment is not closed');
    at = end < 0 ? text.length : end + (isLine ? 1 : 2);
  }
}
