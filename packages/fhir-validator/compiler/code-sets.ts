/**
 * The value sets and code systems that the generated code uses. Each is emitted once, in order of
 * first use. A value set that consists of whole code systems refers to their constants.
 */
import type { Definitions } from './definitions.ts';
import { boundOf } from './value-set-bounds.ts';
import { type Codes, expandValueSet, onlySystemOf, whyUndecided } from './value-sets.ts';

/** A set with more codes is a terminology, not an enumeration of the specification. */
const CODES_MAX = 400;
const SEPARATOR = '|';

/** A code that has the separator would be read as two. */
function isWritable(codes: Codes): boolean {
  return ![...codes.values()].some((each) => [...each].some((code) => code.includes(SEPARATOR)));
}

export class CodeSets {
  readonly #definitions: Definitions;
  readonly #setNames = new Map<string, string | undefined>();
  readonly #listNames = new Map<string, string>();
  readonly #openNames = new Map<string, string>();
  readonly #lines: string[] = [];
  readonly undecided: string[] = [];

  readonly #codesMax: number;

  constructor(definitions: Definitions, codesMax = CODES_MAX) {
    this.#definitions = definitions;
    this.#codesMax = codesMax;
  }

  /**
   * Name of the constant that holds the set. Undefined if the loaded definitions do not list its
   * codes.
   */
  nameOf(canonical: string): string | undefined {
    const url = canonical.split('|')[0] ?? canonical;
    if (!this.#setNames.has(url)) this.#setNames.set(url, this.#define(url));
    return this.#setNames.get(url);
  }

  /** Explains why `nameOf` returned undefined. */
  whyUndecided(canonical: string): string {
    return whyUndecided(canonical, this.#definitions, this.#codesMax);
  }

  /** Like nameOf. For an undecided set it returns an object literal that has only the url. */
  nameOrUrl(canonical: string): string {
    const url = canonical.split('|')[0] ?? canonical;
    return this.nameOf(url) ?? `{url:${JSON.stringify(url)}}`;
  }

  /**
   * Name of a constant for a set whose codes are not loaded: its url, its code system if it has
   * only one, and what bounds its codes.
   */
  openNameOf(canonical: string): string {
    const url = canonical.split('|')[0] ?? canonical;
    const known = this.#openNames.get(url);
    if (known !== undefined) return known;
    const name = `O${this.#openNames.size}`;
    this.#openNames.set(url, name);
    const system = onlySystemOf(url, this.#definitions);
    const limits = this.#bound(url);
    const members = JSON.stringify({ url, system }).slice(1, -1);
    this.#lines.push(`const ${name}={${members}${limits && `,bound:${limits}`}};`);
    return name;
  }

  /** A set that has all codes of the value set, as far as the loaded definitions say. */
  #bound(url: string): string {
    const isLoaded = this.#definitions.valueSets.has(url);
    if (!isLoaded || this.nameOf(url) !== undefined) return '';
    const all = boundOf(url, this.#definitions);
    if (!all || all.size === 0) return `new CodeSet(${JSON.stringify(url)},[],[],"any")`;
    const listed: Codes = new Map();
    const whole: string[] = [];
    for (const [system, codes] of all) {
      const some = new Set(codes);
      const isListed = codes !== undefined && some.size <= this.#codesMax;
      if (isListed && isWritable(new Map([[system, some]]))) listed.set(system, some);
      else whole.push(system);
    }
    return this.#written(url, listed, whole);
  }

  get size(): number {
    return [...this.#setNames.values()].filter((each) => each !== undefined).length;
  }

  source(): string {
    return this.#lines.join('\n');
  }

  #define(url: string): string | undefined {
    const codes = expandValueSet(url, this.#definitions);
    const count = [...(codes?.values() ?? [])].reduce((sum, each) => sum + each.size, 0);
    if (!codes || count === 0 || count > this.#codesMax || !isWritable(codes)) {
      this.undecided.push(url);
      return undefined;
    }
    const name = `S${this.#setNames.size}`;
    this.#lines.push(`const ${name}=${this.#written(url, codes)};`);
    return name;
  }

  /** `whole` are further systems of which any code is in the set. */
  #written(url: string, codes: Codes, whole: readonly string[] = []): string {
    const systems = [...codes].map(
      ([system, each]) => `${JSON.stringify(system)},${this.#list([...each])}`,
    );
    const any = [...codes.keys()].filter((each) => this.#ignoresCase(each));
    const anyCase = any.length + whole.length === 0 ? '' : `,${JSON.stringify(any)}`;
    const others = whole.length === 0 ? '' : `,${JSON.stringify(whole)}`;
    return `new CodeSet(${JSON.stringify(url)},[${systems.join(',')}]${anyCase}${others})`;
  }

  #ignoresCase(system: string): boolean {
    return this.#definitions.codeSystems.get(system)?.caseSensitive === false;
  }

  #list(codes: readonly string[]): string {
    const text = JSON.stringify(codes.join(SEPARATOR));
    const known = this.#listNames.get(text);
    if (known !== undefined) return known;
    const name = `L${this.#listNames.size}`;
    this.#listNames.set(text, name);
    this.#lines.push(`const ${name}=${text};`);
    return name;
  }
}
