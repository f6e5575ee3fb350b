/**
 * Parses FHIRPath text to a syntax tree by precedence climbing. The order is that of
 * https://hl7.org/fhirpath/N1/#grammar, the operators that bind tightest last.
 */
import { CALENDAR_UNITS } from '../../runtime/fhirpath-conversions.ts';
import { type Expression, type LiteralType, Unsupported } from './ast.ts';
import { type Token, tokenize } from './tokenize.ts';

const PRECEDENCE: Readonly<Record<string, number>> = {
  implies: 1,
  or: 2,
  xor: 2,
  and: 3,
  in: 4,
  contains: 4,
  '=': 5,
  '~': 5,
  '!=': 5,
  '!~': 5,
  '<': 6,
  '>': 6,
  '<=': 6,
  '>=': 6,
  '|': 7,
  is: 8,
  as: 8,
  '+': 9,
  '-': 9,
  '&': 9,
  '*': 10,
  '/': 10,
  div: 10,
  mod: 10,
};

/** Parses a whole expression. Throws Unsupported if it does not follow the grammar. */
export function parse(source: string): Expression {
  const parser = new Parser(tokenize(source));
  const expression = parser.expression(0);
  parser.expect('');
  return expression;
}

class Parser {
  private readonly tokens: readonly Token[];
  private at = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  expression(minimum: number): Expression {
    let left = this.signed();
    for (;;) {
      const operator = this.peek().kind === 'string' ? '' : this.peek().text;
      const precedence = PRECEDENCE[operator];
      if (precedence === undefined || precedence <= minimum) return left;
      this.at += 1;
      left =
        operator === 'is' || operator === 'as'
          ? { kind: 'type', operator, operand: left, type: this.typeName() }
          : { kind: 'binary', operator, left, right: this.expression(precedence) };
    }
  }

  expect(symbol: string): void {
    const found = this.next();
    if (found.text !== symbol || (symbol === '' && found.kind !== 'end')) {
      throw new Unsupported(`syntax: '${found.text}' instead of '${symbol || 'the end'}'`);
    }
  }

  private signed(): Expression {
    const { kind, text } = this.peek();
    if (kind !== 'symbol' || (text !== '-' && text !== '+')) return this.term();
    this.at += 1;
    return { kind: 'sign', operator: text, operand: this.term() };
  }

  private term(): Expression {
    let term = this.primary();
    for (;;) {
      if (this.accept('.')) term = this.invocation(term);
      else if (this.accept('[')) {
        term = { kind: 'item', of: term, index: this.expression(0) };
        this.expect(']');
      } else return term;
    }
  }

  private primary(): Expression {
    const { kind, text } = this.peek();
    if (kind === 'symbol') return this.group();
    if (kind === 'name' || kind === 'quoted-name') return this.nameOrLiteral();
    this.at += 1;
    if (kind === 'constant') return { kind: 'constant', name: text };
    if (kind === 'string') return { kind: 'literal', type: 'string', value: text };
    if (kind === 'number') return this.number(text);
    if (kind === 'date') return moment(text);
    throw new Unsupported(`syntax: '${text}'`);
  }

  private group(): Expression {
    if (this.accept('{')) {
      this.expect('}');
      return { kind: 'empty' };
    }
    this.expect('(');
    const inner = this.expression(0);
    this.expect(')');
    return inner;
  }

  private number(text: string): Expression {
    // `4 'mg'` and `4 days` are quantities.
    const unit = this.peek();
    const code = unit.kind === 'string' ? unit.text : CALENDAR_UNITS.get(unit.text);
    if (code !== undefined && (unit.kind === 'string' || unit.kind === 'name')) {
      this.at += 1;
      const quantity = { value: Number(text), system: 'http://unitsofmeasure.org', code };
      return literal('quantity', JSON.stringify(quantity));
    }
    // JavaScript has no decimal numbers with zeros before the first digit.
    const digits = text.replace(/^0+(?=\d)/, '');
    return literal(text.includes('.') ? 'decimal' : 'integer', digits);
  }

  private nameOrLiteral(): Expression {
    const { kind, text } = this.peek();
    if (kind === 'name' && (text === 'true' || text === 'false')) {
      this.at += 1;
      return { kind: 'literal', type: 'boolean', value: text === 'true' };
    }
    if (kind === 'name' && text.startsWith('$')) {
      this.at += 1;
      if (text === '$this') return { kind: 'this' };
      if (text === '$total') return { kind: 'total' };
      if (text === '$index') return { kind: 'index' };
      throw new Unsupported(text);
    }
    return this.invocation();
  }

  private invocation(of?: Expression): Expression {
    const { kind, text } = this.next();
    if (kind !== 'name' && kind !== 'quoted-name') throw new Unsupported(`syntax: '${text}'`);
    const focus = of === undefined ? {} : { of };
    if (!this.accept('(')) return { kind: 'member', ...focus, name: text };
    const args: Expression[] = [];
    while (!this.accept(')')) {
      if (args.length > 0) this.expect(',');
      args.push(this.expression(0));
    }
    return { kind: 'call', ...focus, name: text, args };
  }

  private typeName(): string {
    const { text } = this.next();
    return this.accept('.') ? `${text}.${this.next().text}` : text;
  }

  private peek(): Token {
    return this.tokens[this.at] ?? { kind: 'end', text: '' };
  }

  private next(): Token {
    const token = this.peek();
    this.at += 1;
    return token;
  }

  private accept(symbol: string): boolean {
    const { kind, text } = this.peek();
    if (kind !== 'symbol' || text !== symbol) return false;
    this.at += 1;
    return true;
  }
}

function literal(type: LiteralType, value: string): Expression {
  return { kind: 'literal', type, value };
}

/** Data has seconds where it has a time, so the order beside a moment without them would be open. */
function moment(text: string): Expression {
  if (text.startsWith('T')) return literal('time', text);
  if (/T\d\d(?::\d\d)?(?:Z|[+-]|$)/.test(text)) {
    throw new Unsupported(`the moment @${text}, which has no seconds`);
  }
  return literal('date', text.replace(/T$/, ''));
}
