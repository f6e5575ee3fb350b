/** What a wrong name may have meant. */

/** The nearest of `names`, if it is near: a few letters off, or the same last part. */
export function closest(wanted: string, names: Iterable<string>): string | undefined {
  const last = lastPart(wanted);
  let best: string | undefined;
  let bestDistance = Math.ceil(last.length / 3) + 1;
  for (const name of names) {
    const distance = distanceBetween(last, lastPart(name));
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best;
}

/** Of `http://…/StructureDefinition/us-core-patient|8.0.0`: `us-core-patient`. */
function lastPart(url: string): string {
  return (url.split('|', 1)[0]?.split('/').at(-1) ?? url).toLowerCase();
}

/** Levenshtein's distance: insertions, deletions and replacements that make one into the other. */
function distanceBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, left] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, right] of [...b].entries()) {
      const replaced = (row[j] ?? 0) + (left === right ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? a.length;
}
