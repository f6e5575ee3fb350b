/**
 * Imported first by each process of the tests: whoever imports functions/validate/entry-url.ts gets
 * entry-url.ts beside this.
 */
import { registerHooks } from 'node:module';

const url = new URL('entry-url.ts', import.meta.url).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier.endsWith('/entry-url.ts') ? { url, shortCircuit: true } : next(specifier, context),
});
