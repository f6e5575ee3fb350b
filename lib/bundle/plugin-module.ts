/**
 * Checks a plugin before it is deployed. Synth refuses a module that cannot run, and says what it
 * lacks.
 */
import { WASI_FUNCTIONS } from '../../packages/isolation/wasi.ts';

/** Largest module in bytes; it is part of the function's code. */
export const MODULE_BYTES_MAX = 8 * 1024 * 1024;

const WASI_MODULE = 'wasi_snapshot_preview1';
const PAGE_BYTES = 64 * 1024;

/** Problems of a module, as text. Empty if it is a WASI command of acceptable size. */
export function moduleProblems(bytes: Uint8Array, memoryMb: number): string[] {
  if (bytes.length > MODULE_BYTES_MAX) {
    return [`has ${bytes.length} bytes, more than ${MODULE_BYTES_MAX}`];
  }
  let module: WebAssembly.Module;
  try {
    module = new WebAssembly.Module(bytes);
  } catch (error) {
    return [`is no WebAssembly module (${error instanceof Error ? error.message : error})`];
  }
  return [...exportProblems(module), ...importProblems(module), ...memoryProblems(bytes, memoryMb)];
}

function* exportProblems(module: WebAssembly.Module): Generator<string> {
  const exported = WebAssembly.Module.exports(module);
  const has = (name: string, kind: string) =>
    exported.some((one) => one.name === name && one.kind === kind);
  if (!has('_start', 'function')) {
    yield 'exports no function _start: build it as a WASI command, not as a library';
  }
  if (!has('memory', 'memory')) yield 'exports no memory';
}

function* importProblems(module: WebAssembly.Module): Generator<string> {
  const unknown = WebAssembly.Module.imports(module).filter(
    (one) => one.module !== WASI_MODULE || one.kind !== 'function' || !WASI_FUNCTIONS.has(one.name),
  );
  if (unknown.length === 0) return;
  const names = unknown.map((one) => `${one.module}.${one.name}`).join(', ');
  yield `imports what there is not: ${names}; a plugin gets functions of ${WASI_MODULE} only`;
}

function* memoryProblems(bytes: Uint8Array, memoryMb: number): Generator<string> {
  const initial = (initialPages(bytes) * PAGE_BYTES) / 2 ** 20;
  if (initial > memoryMb) {
    yield `starts with ${initial} MiB of memory, more than pluginMemoryMb ${memoryMb}`;
  }
}

const HEADER_BYTES = 8;
const MEMORY_SECTION = 5;

/**
 * The pages that a valid module's own memory starts with: the section's count, its flags, its
 * minimum (https://webassembly.github.io/spec/core/binary/modules.html#memory-section).
 */
function initialPages(bytes: Uint8Array): number {
  let at = HEADER_BYTES;
  const next = (): number => {
    // LEB128: seven bits a byte, the low ones first.
    let value = 0;
    for (let weight = 1; ; weight *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * weight;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const section = next();
    const end = next() + at;
    if (section === MEMORY_SECTION && next() > 0) {
      next();
      return next();
    }
    at = end;
  }
  return 0;
}
