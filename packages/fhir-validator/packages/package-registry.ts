/**
 * A client for a FHIR package registry (packages.fhir.org) or an npm registry: `/id` lists the
 * versions, each with the url of its tarball.
 */
import { nameOf, type PackageName } from './package-name.ts';

const TIMEOUT_MS = 30_000;

interface Listing {
  readonly versions?: Readonly<
    Record<string, { readonly dist?: { readonly tarball?: string }; readonly url?: string }>
  >;
}

export type Fetch = (url: string, init: { signal: AbortSignal }) => Promise<Response>;

/** The registry did not return what was asked for. The message says why. */
export class RegistryError extends Error {
  override readonly name: string = 'RegistryError';
}

/** It may return it later: what was asked for is not wrong. */
export class RegistryOutage extends RegistryError {
  override readonly name = 'RegistryOutage';
}

export class PackageRegistry {
  readonly #url: string;
  readonly #fetch: Fetch;
  readonly #listings = new Map<string, Promise<Listing>>();
  /**
   * Set after the registry could not be reached, so that it is not tried again for each dependency.
   */
  #unreachable: RegistryOutage | undefined;

  constructor(url: string, fetch: Fetch) {
    this.#url = url.replace(/\/$/, '');
    this.#fetch = fetch;
  }

  async versionsOf(id: string): Promise<string[]> {
    return Object.keys((await this.#listing(id)).versions ?? {});
  }

  async download({ id, version }: PackageName): Promise<Uint8Array> {
    const found = (await this.#listing(id)).versions?.[version];
    if (!found) throw new RegistryError(`${this.#url} has no ${nameOf({ id, version })}`);
    const url = found.dist?.tarball ?? found.url ?? `${this.#url}/${id}/${version}`;
    return new Uint8Array(await (await this.#get(url)).arrayBuffer());
  }

  #listing(id: string): Promise<Listing> {
    const known = this.#listings.get(id) ?? this.#list(id);
    this.#listings.set(id, known);
    return known;
  }

  async #list(id: string): Promise<Listing> {
    const url = `${this.#url}/${id}`;
    const response = await this.#get(url);
    try {
      return (await response.json()) as Listing;
    } catch (cause) {
      throw new RegistryError(`${url} did not return a list of versions`, { cause });
    }
  }

  async #get(url: string): Promise<Response> {
    if (this.#unreachable) throw this.#unreachable;
    let response: Response;
    try {
      response = await this.#fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (cause) {
      this.#unreachable = new RegistryOutage(`${this.#url} cannot be reached`, { cause });
      throw this.#unreachable;
    }
    if (response.ok) return response;
    const { status } = response;
    const Kind = status === 429 || status >= 500 ? RegistryOutage : RegistryError;
    throw new Kind(`${url} responded with status ${status}`);
  }
}
