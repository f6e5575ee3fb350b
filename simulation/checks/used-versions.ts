/**
 * Versions that a FHIR server has given to two contents of a resource, as after it brought a backup back. A PUT that names
 * one of these, and arrives late, may replace what it was not meant for. Nothing on our side can prevent that, so
 * core/delivery/late-put.ts requires of a server that it uses no version twice.
 */
import { etagOf } from '../servers/fhir-server.ts';
import type { Held } from '../servers/http-call.ts';

export class UsedVersions {
  /** By place. */
  readonly #last = new Map<string, number>();
  /** Place and ETag. */
  readonly #twice = new Set<string>();

  used(place: string, { version }: Pick<Held, 'version'>): void {
    const last = this.#last.get(place) ?? 0;
    if (version <= last) this.#twice.add(`${place} ${etagOf({ version })}`);
    this.#last.set(place, Math.max(last, version));
  }

  wasUsedTwice(place: string, etag: string | undefined): boolean {
    return etag !== undefined && this.#twice.has(`${place} ${etag}`);
  }
}
