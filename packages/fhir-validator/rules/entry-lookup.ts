/** Finds the entry of a bundle that a reference points to. */
import { isObject } from '../runtime/object.ts';
import { restfulUrl } from './uris.ts';

const HISTORY = '/_history/';

export class BundleEntries {
  readonly resources: readonly unknown[];
  readonly #fullUrls: readonly (string | undefined)[];
  readonly #byUrl = new Map<string, number>();

  constructor(entries: readonly unknown[]) {
    this.resources = entries.map((each) => (isObject(each) ? each['resource'] : undefined));
    this.#fullUrls = entries.map((each) => {
      const url = isObject(each) ? each['fullUrl'] : undefined;
      return typeof url === 'string' ? url : undefined;
    });
    for (const [i, url] of this.#fullUrls.entries()) {
      if (url !== undefined && !this.#byUrl.has(url)) this.#byUrl.set(url, i);
    }
  }

  /**
   * Index of the entry that a reference in entry `from` points to. A relative reference is on the
   * same server as that entry: https://hl7.org/fhir/R4/bundle.html#references
   */
  resolve(reference: string, from: number): number | undefined {
    const version = reference.lastIndexOf(HISTORY);
    const url = version < 0 ? reference : reference.slice(0, version);
    if (url.includes(':')) return this.#byUrl.get(url);
    const base = restfulUrl(this.#fullUrls[from] ?? '')?.base;
    return base === undefined ? undefined : this.#byUrl.get(`${base}${url}`);
  }
}
