/** Lists of the types that a Reference may point to, each emitted once. */
export class TargetLists {
  readonly #names = new Map<string, string>();

  /** Name of the constant that holds the list. Undefined if any resource may be referenced. */
  nameOf(profiles: readonly string[]): string | undefined {
    const types = profiles.map((each) => each.split('/').at(-1) ?? each);
    if (types.includes('Resource')) return undefined;
    const list = `|${types.join('|')}|`;
    const name = this.#names.get(list) ?? `T${this.#names.size}`;
    this.#names.set(list, name);
    return name;
  }

  source(): string {
    return [...this.#names]
      .map(([list, name]) => `const ${name}=${JSON.stringify(list)};`)
      .join('\n');
  }
}
