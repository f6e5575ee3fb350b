/** Maps the items of a source, several ahead of the one that is being used. */
export async function* ahead<T, U>(
  source: AsyncIterable<T>,
  most: number,
  make: (item: T) => Promise<U>,
): AsyncGenerator<U, void> {
  const making: Promise<U>[] = [];
  for await (const item of source) {
    const made = make(item);
    // Its failure is reported where it is awaited, and not before.
    made.catch(() => {});
    making.push(made);
    if (making.length < most) continue;
    const first = making.shift();
    if (first !== undefined) yield await first;
  }
  for (const rest of making) yield await rest;
}
