/** Another entry point of `validate`: a source file or a bundle beside this one. */
type Name = 'worker' | 'own-process';

/** What lib/bundle/ makes of each. */
const BUNDLES: Readonly<Record<Name, string>> = {
  worker: 'worker.cjs',
  'own-process': 'own-process.mjs',
};

export function entryUrl(name: Name): URL {
  const isSource = import.meta.url.endsWith('.ts');
  return new URL(isSource ? `./${name}.ts` : `./${BUNDLES[name]}`, import.meta.url);
}
