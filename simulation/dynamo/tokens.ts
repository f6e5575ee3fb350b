/** Tokens of DynamoDB's expressions. */
import { validation } from './refusals.ts';

const TOKEN = /\s*(?:([#:]?\w+)|(<>|<=|>=|[=<>()[\],.+-]))/y;

export class Tokens {
  readonly #words: readonly string[];
  readonly #expression: string;
  #place = 0;

  constructor(expression: string) {
    this.#expression = expression;
    const words: string[] = [];
    TOKEN.lastIndex = 0;
    const text = expression.trimEnd();
    while (TOKEN.lastIndex < text.length) {
      const from = TOKEN.lastIndex;
      const [, word, sign] = TOKEN.exec(text) ?? [];
      const found = word ?? sign;
      if (found === undefined) throw validation(`"${expression}" cannot be read from ${from} on`);
      words.push(found);
    }
    this.#words = words;
  }

  get isAtEnd(): boolean {
    return this.#place === this.#words.length;
  }

  /** The next token, or the one after it. */
  peek(ahead = 0): string {
    return this.#words[this.#place + ahead] ?? '';
  }

  /** Keywords are not case-sensitive. */
  isNext(word: string): boolean {
    return this.peek().toUpperCase() === word;
  }

  /** Consumes the next token if it is this one. */
  take(word: string): boolean {
    const isNext = this.isNext(word);
    if (isNext) this.#place += 1;
    return isNext;
  }

  expect(word: string): void {
    if (!this.take(word)) throw this.unexpected(`${word} was expected`);
  }

  next(): string {
    const word = this.peek();
    if (word === '') throw this.unexpected('more was expected');
    this.#place += 1;
    return word;
  }

  unexpected(problem: string): Error {
    const found = this.peek() || 'the end';
    return validation(`"${this.#expression}": ${problem}, and not ${found}`);
  }
}
