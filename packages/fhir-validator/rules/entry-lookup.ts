/** Finds the entry of a bundle that a reference points to. */
import { isObject } from '../runtime/object.ts';
import { keysOf } from '../runtime/resolve.ts';
import { restfulUrl } from './uris.ts';

export class BundleEntries {
  readonly resources: readonly unknown[];
  readonly #fullUrls: readonly (string | undefined)[];
  /** By fullUrl, and for entries with a version also by `fullUrl/_history/version`. */
  readonly #byUrl = new Map<string, number>();

  constructor(entries: readonly unknown[]) {
    this.resources = entries.map((each) => (isObject(each) ? each['resource'] : undefined));
    this.#fullUrls = entries.map((each) => {
      const url = isObject(each) ? each['fullUrl'] : undefined;
      return typeof url === 'string' ? url : undefined;
    });
    for (const [i, url] of this.#fullUrls.entries()) {
      if (url === undefined) continue;
      for (const key of keysOf(url, this.resources[i])) {
        if (!this.#byUrl.has(key)) this.#byUrl.set(key, i);
      }
    }
  }

  /**
   * Index of the entry that a reference in entry `from` points to. A relative reference is on the
   * same server as that entry, and one to a version leads to an entry of that version:
   * https://hl7.org/fhir/R4/bundle.html#references
   */
  resolve(reference: string, from: number): number | undefined {
    if (reference.includes(':')) return this.#byUrl.get(reference);
    const base = restfulUrl(this.#fullUrls[from] ?? '')?.base;
    return base === undefined ? undefined : this.#byUrl.get(`${base}${reference}`);
  }
}
