/** Where another entry point of `validate` lies: a source beside this one, or a bundle beside this one. */
export function entryUrl(name: 'worker' | 'own-process'): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'mjs';
  return new URL(`./${name}.${extension}`, import.meta.url);
}
