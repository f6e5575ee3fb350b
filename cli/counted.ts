/** How many there are of each, in the order in which they come first: `3 stored, 1 rejected`. */
export function counted(words: readonly string[]): string {
  return [...Map.groupBy(words, (word) => word)]
    .map(([word, { length }]) => `${length} ${word}`)
    .join(', ');
}
