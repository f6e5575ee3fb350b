/**
 * Lets dynalite end the iterators of its queries and scans. It calls their `return`, which they do not have, so
 * each stays open, and keeps all that the tables held at its time in memory. Remove it once `createValueStream` of
 * dynalite's db/index calls `close`.
 */

interface Iterator {
  close(): Promise<void>;
}

/** A database that dynalite makes, in memory or in a folder. */
export interface Database {
  keys(options?: object): Iterator;
  values(options?: object): Iterator;
}

/** Changes a class of databases. */
export function endIterators({ prototype }: { readonly prototype: Database }): void {
  for (const kind of ['keys', 'values'] as const) {
    const iterate = prototype[kind];
    prototype[kind] = function iterateUntilReturn(options) {
      const iterator = iterate.call(this, options);
      return Object.assign(iterator, { return: () => iterator.close() });
    };
  }
}
