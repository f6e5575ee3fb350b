/**
 * Emits tests against fixed values and patterns as JavaScript, and module-level constants, each
 * once.
 */

/** The constants of a generated module by initializer. */
export class Constants {
  readonly #names = new Map<string, string>();
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  nameOf(initializer: string): string {
    const name = this.#names.get(initializer) ?? `${this.#prefix}${this.#names.size}`;
    this.#names.set(initializer, name);
    return name;
  }

  source(): string {
    return [...this.#names].map(([source, name]) => `const ${name}=${source};`).join('\n');
  }
}

/** Emits a test whether the value of `code` contains everything in the pattern. */
export function patternTest(pattern: unknown, code: string, depth = 0): string {
  if (Array.isArray(pattern)) {
    const item = `p${depth}`;
    const tests = pattern.map(
      (each) => `someItem(${code},(${item})=>${patternTest(each, item, depth + 1)})`,
    );
    return tests.length === 0 ? `Array.isArray(${code})` : tests.join('&&');
  }
  if (typeof pattern !== 'object' || pattern === null)
    return `${code}===${JSON.stringify(pattern)}`;
  // An id is the handle of the pattern's own element.
  const tests = Object.entries(pattern)
    .filter(([key]) => key !== 'id')
    .map(([key, each]) => patternTest(each, `${code}[${JSON.stringify(key)}]`, depth));
  return [`isObject(${code})`, ...tests].join('&&');
}

/** Emits a test whether the value of `code` equals the fixed value. */
export function fixedTest(fixed: unknown, code: string, constants: Constants): string {
  if (typeof fixed !== 'object') return `${code}===${JSON.stringify(fixed)}`;
  return `equals(${code},${constants.nameOf(JSON.stringify(fixed))})`;
}
