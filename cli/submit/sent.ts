/** What this run has sent, so that its endings can be looked up. */
import { place, type Resource } from '../input/entry.ts';
import { identityOf } from '../quarantine/body.ts';

interface One {
  readonly messageId: string;
  readonly place: string;
  /** Position in the input: it decides which of two submissions of a resource is the newer (R05). */
  readonly order: number;
}

export class Sent {
  readonly #all = new Map<string, One>();
  readonly #bySubject = new Map<string, One[]>();
  readonly #stored = new Set<string>();

  add(resource: Resource, messageId: string, order: number): void {
    const one = { messageId, place: place(resource), order };
    this.#all.set(messageId, one);
    const { resourceType, id } = identityOf(resource.text);
    if (resourceType === undefined || id === undefined) return;
    const subject = `${resourceType}/${id}`;
    this.#bySubject.set(subject, [...(this.#bySubject.get(subject) ?? []), one]);
  }

  get ids(): readonly string[] {
    return [...this.#all.keys()];
  }

  placeOf(messageId: string): string {
    return this.#all.get(messageId)?.place ?? messageId;
  }

  noteStored(ids: readonly string[]): void {
    for (const id of ids) this.#stored.add(id);
  }

  /**
   * A resource replaced by a newer submission of this run that is stored: that counts as stored (R04), and
   * only the newest leaves a trace.
   */
  replaced(): string[] {
    return [...this.#bySubject.values()].flatMap((versions) => {
      const stored = versions.filter(({ messageId }) => this.#stored.has(messageId));
      const newest = Math.max(...stored.map(({ order }) => order));
      return versions.filter(({ order }) => order < newest).map(({ messageId }) => messageId);
    });
  }
}
