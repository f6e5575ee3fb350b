/** What a source gives, each already being made into something else while those before it are used. */
export async function* ahead<T, U>(
  source: AsyncIterable<T>,
  most: number,
  make: (item: T) => Promise<U>,
): AsyncGenerator<U, void> {
  const making: Promise<U>[] = [];
  for await (const item of source) {
    const made = make(item);
    // Whoever awaits it hears of its failure; until then nobody does.
    made.catch(() => {});
    making.push(made);
    if (making.length < most) continue;
    const first = making.shift();
    if (first !== undefined) yield await first;
  }
  for (const rest of making) yield await rest;
}
