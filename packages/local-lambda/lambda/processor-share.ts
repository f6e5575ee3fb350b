/**
 * Gives environments less of a processor than they would use. In each period a group runs for its
 * share and is stopped for the rest, one after the other, so that they do not all run at once.
 * Clocks outside go on, as on AWS: function timeouts, visibility timeouts, leases.
 */
export type Holdable = { readonly alive: boolean; hold(): void; release(): void };

const PERIOD_MS = 200;

/**
 * @param environments returns those that are alive
 * @param share the part of each period in which each may run, 0 to 1
 * @returns a function that ends it
 */
export function shareProcessor(environments: () => readonly Holdable[], share: number): () => void {
  const held = new Set<Holdable>();
  const slices = Math.max(1, Math.round(1 / share));
  let slice = 0;

  function turn(): void {
    const alive = environments().filter((environment) => environment.alive);
    for (const environment of held) if (!environment.alive) held.delete(environment);
    for (const [position, environment] of alive.entries()) {
      const runs = position % slices === slice;
      if (runs && held.delete(environment)) environment.release();
      else if (!runs && !held.has(environment)) {
        held.add(environment);
        environment.hold();
      }
    }
    slice = (slice + 1) % slices;
  }

  turn();
  const timer = setInterval(turn, PERIOD_MS / slices);
  return () => {
    clearInterval(timer);
    for (const environment of held) if (environment.alive) environment.release();
    held.clear();
  };
}
