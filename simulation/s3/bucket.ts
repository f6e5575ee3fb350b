/** A version of an object, or a delete marker. */

export interface Version {
  readonly key: string;
  readonly id: string;
  /** Epoch ms. */
  readonly at: number;
  /** Undefined for a delete marker. */
  readonly bytes: Uint8Array | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export class Bucket {
  readonly name: string;
  readonly #isVersioned: boolean;
  /** Versions by key, oldest first. */
  readonly #objects = new Map<string, Version[]>();
  #sorted: string[] | undefined;
  #count = 0;

  constructor(name: string, isVersioned: boolean) {
    this.name = name;
    this.#isVersioned = isVersioned;
  }

  /** All keys that ever had a version, in order. */
  get keys(): readonly string[] {
    this.#sorted ??= [...this.#objects.keys()].sort();
    return this.#sorted;
  }

  versionsOf(key: string): readonly Version[] {
    return this.#objects.get(key) ?? [];
  }

  /** The current version. Undefined if there is none, or if it is a delete marker. */
  current(key: string): Version | undefined {
    const last = this.#objects.get(key)?.at(-1);
    return last?.bytes === undefined ? undefined : last;
  }

  version(key: string, id: string): Version | undefined {
    return this.#objects.get(key)?.find((version) => version.id === id);
  }

  put(
    key: string,
    bytes: Uint8Array | undefined,
    at: number,
    metadata?: Version['metadata'],
  ): Version {
    this.#count += 1;
    const id = this.#isVersioned ? `v${this.#count}` : 'null';
    const version = { key, id, at, bytes, metadata };
    const all = this.#objects.get(key);
    if (all === undefined) {
      this.#objects.set(key, [version]);
      this.#sorted = undefined;
    } else if (this.#isVersioned) all.push(version);
    else all.splice(0, 1, version);
    return version;
  }

  /** Adds a delete marker, or removes a version permanently. */
  delete(key: string, id: string | undefined, at: number): void {
    if (id === undefined && this.#isVersioned) {
      this.put(key, undefined, at);
      return;
    }
    const left = this.versionsOf(key).filter((version) => id !== undefined && version.id !== id);
    if (left.length > 0) this.#objects.set(key, left);
    else if (this.#objects.delete(key)) this.#sorted = undefined;
  }
}
