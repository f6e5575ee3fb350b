/** The value sets that the generated code asks for, each emitted once, in order of first use. */
import type { Definitions } from './definitions.ts';
import { expandValueSet } from './value-sets.ts';

/** Above this many codes a set is a terminology, not an enumeration of the specification. */
const CODES_MAX = 1500;

export class CodeSets {
  readonly #definitions: Definitions;
  readonly #names = new Map<string, string | undefined>();
  readonly #lines: string[] = [];
  readonly undecided: string[] = [];

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
  }

  /** Name of the constant that holds the set, or undefined where the package does not decide it. */
  nameOf(canonical: string): string | undefined {
    const url = canonical.split('|')[0] ?? canonical;
    if (!this.#names.has(url)) this.#names.set(url, this.#define(url));
    return this.#names.get(url);
  }

  get size(): number {
    return this.#lines.length;
  }

  source(): string {
    return this.#lines.join('\n');
  }

  #define(url: string): string | undefined {
    const codes = expandValueSet(url, this.#definitions);
    const count = [...(codes?.values() ?? [])].reduce((sum, each) => sum + each.size, 0);
    if (!codes || count === 0 || count > CODES_MAX) {
      this.undecided.push(url);
      return undefined;
    }
    const name = `S${this.#lines.length}`;
    const text = [...codes].map(([system, each]) => [system, ...each].join('|')).join('\n');
    this.#lines.push(`const ${name}=new CodeSet(${JSON.stringify(url)},${JSON.stringify(text)});`);
    return name;
  }
}
