/**
 * Recognizes FHIRPath expressions. It is not a parser: its only state is the list of open brackets
 * and whether an operand or an operator comes next. So a deeply nested expression cannot exhaust
 * the stack. https://hl7.org/fhirpath/N1/grammar.html
 */
import { Fault, type Token, tokenAt } from './fhirpath-tokens.ts';

const SYMBOL_OPERATORS = new Set('<= >= != !~ | = ~ < > + - * / &'.split(' '));
const WORD_OPERATORS = new Set('div mod in contains and or xor implies'.split(' '));
const TYPE_OPERATORS = new Set(['is', 'as']);
/** Operators that are also names of functions: `value.as(string)`. */
const NAMES_TOO = new Set(['is', 'as', 'in', 'contains']);
const UNITS = new Set(
  'year month week day hour minute second millisecond'.split(' ').flatMap((u) => [u, `${u}s`]),
);
const VARIABLES = new Set(['this', 'index', 'total']);

/** The first fault of an expression, as text. Undefined if there is none. */
export function fhirPathFault(expression: string): string | undefined {
  try {
    new Recognizer(expression).run();
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}

class Recognizer {
  readonly #text: string;
  #token: Token;
  /** Open brackets: `(` a group, `[` an index, `f` arguments. */
  readonly #open: string[] = [];

  constructor(text: string) {
    this.#text = text;
    this.#token = tokenAt(text, 0);
  }

  run(): void {
    do this.#operand();
    while (this.#isMoreAfterOperand());
  }

  /** Reads one operand. Brackets that it opens stay open. */
  #operand(): void {
    while (this.#isMoreInOperand(this.#next()));
  }

  #isMoreInOperand({ kind, text }: Token): boolean {
    if (kind === 'symbol') return this.#isMoreAfterSymbol(text);
    if (kind === 'end') throw new Fault('it ends where an operand is expected');
    if (kind === 'number') this.#unit();
    if (kind === 'quoted' && this.#isCall()) throw this.#fault('a quoted name is not a function');
    if (kind !== 'name' || text === 'true' || text === 'false') return false;
    if (WORD_OPERATORS.has(text) && !NAMES_TOO.has(text)) {
      throw this.#fault(`${text} where an operand is expected`);
    }
    return this.#isCall() && !this.#isEmptyCall();
  }

  #isMoreAfterSymbol(text: string): boolean {
    if (text === '(') this.#open.push('(');
    else if (text === '{') this.#expect('}');
    else if (text === '%') this.#constant();
    else if (text === '$') this.#variable();
    else if (text !== '+' && text !== '-') {
      throw this.#fault(`${text} where an operand is expected`);
    }
    return text === '(' || text === '+' || text === '-';
  }

  /** Reads steps, indices and closing brackets. Returns whether an operand must follow. */
  #isMoreAfterOperand(): boolean {
    for (;;) {
      const { kind, text } = this.#next();
      if (kind === 'end') {
        if (this.#open.length > 0) throw new Fault('a bracket is not closed');
        return false;
      }
      if (kind === 'symbol' && text === '.') {
        if (this.#isStepWithArguments()) return true;
      } else if (kind === 'symbol' && text === '[') {
        this.#open.push('[');
        return true;
      } else if (kind === 'symbol' && (text === ')' || text === ']')) {
        const opened = this.#open.pop();
        if ((text === ']') !== (opened === '[') || opened === undefined) {
          throw this.#fault(`${text} without an opening bracket`);
        }
      } else if (kind === 'symbol' && text === ',' && this.#open.at(-1) === 'f') {
        return true;
      } else if (kind === 'name' && TYPE_OPERATORS.has(text)) {
        this.#type();
      } else if (
        (kind === 'symbol' && SYMBOL_OPERATORS.has(text)) ||
        (kind === 'name' && WORD_OPERATORS.has(text))
      ) {
        return true;
      } else {
        throw this.#fault(`${text.slice(0, 20)} where an operator is expected`);
      }
    }
  }

  /**
   * Reads the step after a dot. Returns whether arguments follow, so that an operand comes next.
   */
  #isStepWithArguments(): boolean {
    const { kind, text } = this.#next();
    if (kind === 'symbol' && text === '$') {
      this.#variable();
      return false;
    }
    if (kind !== 'name' && kind !== 'quoted') throw this.#fault('a dot without a name after it');
    return this.#isCall() && !this.#isEmptyCall();
  }

  #isCall(): boolean {
    return this.#token.kind === 'symbol' && this.#token.text === '(';
  }

  /**
   * Reads the opening bracket of a call. If there is no argument, reads the closing one too and
   * returns true.
   */
  #isEmptyCall(): boolean {
    this.#next();
    if (this.#token.kind === 'symbol' && this.#token.text === ')') {
      this.#next();
      return true;
    }
    this.#open.push('f');
    return false;
  }

  /** Reads the unit of a quantity: `5 'mg'`, `5 days`. */
  #unit(): void {
    const { kind, text } = this.#token;
    if (kind === 'string' || (kind === 'name' && UNITS.has(text))) this.#next();
  }

  #constant(): void {
    const { kind } = this.#next();
    if (kind !== 'name' && kind !== 'quoted' && kind !== 'string') {
      throw this.#fault('% without a name after it');
    }
  }

  #variable(): void {
    if (!VARIABLES.has(this.#next().text))
      throw this.#fault('$ must be followed by this, index or total');
  }

  /**
   * Reads `Quantity` or `FHIR.Quantity`. The grammar has no brackets around a type, but the
   * specification uses them.
   */
  #type(): void {
    const isGroup = this.#isCall();
    if (isGroup) this.#next();
    do {
      const { kind } = this.#next();
      if (kind !== 'name' && kind !== 'quoted') throw this.#fault('no type after is or as');
    } while (this.#isDot());
    if (isGroup) this.#expect(')');
  }

  #isDot(): boolean {
    if (this.#token.kind !== 'symbol' || this.#token.text !== '.') return false;
    this.#next();
    return true;
  }

  #expect(symbol: string): void {
    const { kind, text } = this.#next();
    if (kind !== 'symbol' || text !== symbol) throw this.#fault(`${symbol} is missing`);
  }

  #next(): Token {
    const token = this.#token;
    if (token.kind !== 'end') this.#token = tokenAt(this.#text, token.to);
    return token;
  }

  #fault(what: string): Fault {
    return new Fault(`before character ${this.#token.to}: ${what}`);
  }
}
