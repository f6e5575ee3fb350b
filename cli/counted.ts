/** How many there are of each word, in the order of their first occurrence: `3 stored, 1 rejected`. */
export function counted(words: readonly string[]): string {
  return [...Map.groupBy(words, (word) => word)]
    .map(([word, { length }]) => `${length} ${word}`)
    .join(', ');
}
