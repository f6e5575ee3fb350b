/**
 * Keeps out of the bundles what Lambda never uses of our dependencies, and what esbuild cannot see to be
 * unused. Each kilobyte is loaded at each cold start.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** Modules, by what takes their place. */
export const REPLACED = {
  '@aws-sdk/credential-provider-node': join(import.meta.dirname, 'env-credentials.ts'),
  '@aws-sdk/middleware-endpoint-discovery': join(import.meta.dirname, 'no-endpoint-discovery.ts'),
};

/** Errors of services that our code knows by their classes. All others are known by their names. */
export const ERRORS: ReadonlySet<string> = new Set([
  'ConditionalCheckFailedException',
  'NoSuchBucket',
  'NoSuchKey',
  'ResourceConflictException',
  'ResourceInUseException',
  'TooManyRequestsException',
]);

export const SLIM: Plugin = {
  name: 'slim',
  setup({ onLoad, onResolve }) {
    // An import of a module of Node's reads all that it exports: of node:http that loads fetch and WebSocket.
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'builtin' }));
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('${path}');`,
    }));
    // zod has its messages in 50 languages; it imports English by itself.
    onResolve({ filter: /^\.\.\/locales\/index\.js$/ }, () => ({
      path: 'locales',
      namespace: 'empty',
      sideEffects: false,
    }));
    onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: '' }));
    // The SDK wants its version of it.
    onLoad({ filter: /node_modules.*\/package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8')) as { version: string };
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
    // zod's schemas refer to what makes JSON Schemas of them.
    onLoad(
      { filter: /\/zod\/v4\/core\/(json-schema-processors|to-json-schema)\.js$/ },
      async ({ path }) => ({
        contents: withoutWork(await readFile(path, 'utf8')),
      }),
    );
    onLoad({ filter: /\/dist-es\/schemas\/schemas_\d+\.js$/ }, async ({ path }) => ({
      contents: withoutErrors(withPlainKeys(await readFile(path, 'utf8'))),
    }));
  },
};

/**
 * The SDK's schemas with the names of their keys instead of constants: `{[_h]: 1}` may have side effects
 * for all that esbuild knows, so it would keep every operation of the service.
 */
export function withPlainKeys(source: string): string {
  const names = new Map(
    [...source.matchAll(/^const (_\w+) = ("[^"]*");$/gm)].map(([, name = '', text = '']) => [
      name,
      text,
    ]),
  );
  return source.replaceAll(/\[(_\w+)\]:/g, (key, name) => {
    const text = names.get(name);
    return text === undefined ? key : `${text}:`;
  });
}

/** A module that exports the same functions, which do nothing. */
function withoutWork(source: string): string {
  const names = [...source.matchAll(/^export (?:const|function) (\w+)/gm)].map(([, name]) => name);
  const all = new Set(['process', ...names]);
  return [...all].map((name) => `export const ${name} = () => undefined;`).join('\n');
}

/** The SDK's schemas without the errors that nobody asks for; it makes those of its base class, by name. */
export function withoutErrors(source: string): string {
  return source.replaceAll(/^n\d+_registry\.registerError\((\w+)\$, \w+\);$/gm, (line, name) =>
    ERRORS.has(name) ? line : '',
  );
}
