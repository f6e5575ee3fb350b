/** The URL of another entry point of `validate`: a source file or a bundle beside this one. */
export function entryUrl(name: 'worker' | 'own-process'): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'mjs';
  return new URL(`./${name}.${extension}`, import.meta.url);
}
