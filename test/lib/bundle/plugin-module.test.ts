import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { MODULE_BYTES_MAX, moduleProblems } from '../../../lib/bundle/plugin-module.ts';
import { buildPlugins, moduleOf } from '../../../plugins/build.ts';
import { wasm } from '../../support/wasm.ts';

const MEMORY_MB = 64;

test('the example plugins can be deployed', async () => {
  const names = await buildPlugins();
  expect(names).toEqual(expect.arrayContaining(['chaos', 'cpf']));
  for (const name of names) {
    expect(moduleProblems(readFileSync(moduleOf(name)), MEMORY_MB)).toEqual([]);
  }
});

describe('a module that cannot run is refused, and the message says what is wrong', () => {
  test.each([
    ['a file that is not a module', Buffer.from('all is well'), 'no WebAssembly module'],
    ['half a module', wasm({}).subarray(0, 20), 'no WebAssembly module'],
    ['no _start', wasm({ exports: { memory: 'memory' } }), 'no function _start'],
    ['a _start that is memory', wasm({ exports: { memory: '_start' } }), 'no function _start'],
    ['no memory', wasm({ exports: { start: '_start' } }), 'no memory'],
    ['imports from another module', wasm({ imports: ['env.abort'] }), 'env.abort'],
    [
      'imports of another WASI',
      wasm({ imports: ['wasi_snapshot_preview2.fd_write'] }),
      'wasi_snapshot_preview2.fd_write',
    ],
    [
      'an import that WASI does not have',
      wasm({ imports: ['wasi_snapshot_preview1.launch'] }),
      'wasi_snapshot_preview1.launch',
    ],
    ['too much memory', wasm({ memoryPages: MEMORY_MB * 16 + 1 }), 'of memory, more than'],
    ['too much code', new Uint8Array(MODULE_BYTES_MAX + 1), `more than ${MODULE_BYTES_MAX}`],
  ])('%s', (_, bytes, problem) => {
    expect(moduleProblems(bytes, MEMORY_MB).join('; ')).toContain(problem);
  });

  test('all problems are reported at once, and a module of exactly the allowed memory is accepted', () => {
    expect(moduleProblems(wasm({ imports: ['env.a'], exports: {} }), MEMORY_MB)).toHaveLength(3);
    expect(moduleProblems(wasm({ memoryPages: MEMORY_MB * 16 }), MEMORY_MB)).toEqual([]);
  });
});
