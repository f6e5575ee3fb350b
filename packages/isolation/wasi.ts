/// <reference path="./web-assembly.d.ts" />
/**
 * Runs a plugin once: a WASI preview 1 command in its own instance, with its own memory, and the
 * resource as standard input. It has no arguments, files, environment or network. Its clock is
 * stopped at the time of submission, and its random bytes are derived from that time. So the same
 * submission always gives the same output.
 */
import { Fd, WASI, wasi } from '@bjorn3/browser_wasi_shim';

/** Maximum output in bytes. More is a crash of the plugin. */
const OUTPUT_BYTES_MAX = 256 * 1024;
/** By default the shim would print its calls to our log. */
const SILENT = { debug: false };
const NANOSECONDS = 1_000_000n;

/** The plugin printed more than OUTPUT_BYTES_MAX. */
export class OutputTooLarge extends Error {
  override readonly name = 'OutputTooLarge';
  override readonly message = `printed more than ${OUTPUT_BYTES_MAX} bytes`;
}

export interface PluginRun {
  readonly status: number;
  readonly output: string;
}

/**
 * Runs a module on one text. Throws the module's trap, or OutputTooLarge. Standard error may quote
 * the resource, so it is dropped, unless a developer wants to see it.
 */
export function runModule(
  module: WebAssembly.Module,
  text: string,
  submittedAt: number,
  showDiagnostics: (text: string) => void = () => undefined,
): PluginRun {
  const output: Uint8Array[] = [];
  const keep = (bytes: Uint8Array) => output.push(bytes);
  const show = (bytes: Uint8Array) => showDiagnostics(Buffer.from(bytes).toString('utf8'));
  const files = [new Source(Buffer.from(text)), new Sink(keep), new Sink(show)];
  const host = new WASI([], [], files, SILENT);
  // The only functions of the shim that access the outside world.
  const imports = { ...host.wasiImport, ...worldAt(submittedAt, () => memoryOf(instance)) };
  const instance: WebAssembly.Instance = new WebAssembly.Instance(module, {
    wasi_snapshot_preview1: imports,
  });
  const status = host.start(instance as Parameters<WASI['start']>[0]);
  return { status, output: Buffer.concat(output).toString('utf8') };
}

/** All functions that a plugin may import, by name. */
export const WASI_FUNCTIONS: ReadonlySet<string> = new Set(
  Object.keys(new WASI([], [], [], SILENT).wasiImport),
);

function worldAt(submittedAt: number, memory: () => DataView): WebAssembly.ModuleImports {
  let state = Math.trunc(submittedAt) >>> 0;
  return {
    clock_time_get: (_clock: number, _precision: bigint, to: number): number => {
      memory().setBigUint64(to, BigInt(Math.trunc(submittedAt)) * NANOSECONDS, true);
      return wasi.ERRNO_SUCCESS;
    },
    random_get: (to: number, length: number): number => {
      const view = memory();
      for (let n = 0; n < length; n++) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        view.setUint8(to + n, state >>> 24);
      }
      return wasi.ERRNO_SUCCESS;
    },
    // The clock is stopped, so a program can wait for nothing.
    poll_oneoff: () => wasi.ERRNO_NOTSUP,
  };
}

function memoryOf({ exports }: WebAssembly.Instance): DataView {
  return new DataView((exports['memory'] as WebAssembly.Memory).buffer);
}

class Source extends Fd {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    super();
    this.#bytes = bytes;
  }

  override fd_read(size: number) {
    const data = this.#bytes.subarray(this.#position, this.#position + size);
    this.#position += data.length;
    return { ret: wasi.ERRNO_SUCCESS, data };
  }

  override fd_fdstat_get() {
    return characterDevice();
  }
}

class Sink extends Fd {
  readonly #take: (bytes: Uint8Array) => void;
  #bytes = 0;

  constructor(take: (bytes: Uint8Array) => void) {
    super();
    this.#take = take;
  }

  override fd_write(data: Uint8Array) {
    this.#bytes += data.length;
    if (this.#bytes > OUTPUT_BYTES_MAX) throw new OutputTooLarge();
    this.#take(data);
    return { ret: wasi.ERRNO_SUCCESS, nwritten: data.length };
  }

  override fd_fdstat_get() {
    return characterDevice();
  }
}

/** What a terminal or pipe reports: language runtimes ask for it before they write. */
function characterDevice() {
  return {
    ret: wasi.ERRNO_SUCCESS,
    fdstat: new wasi.Fdstat(wasi.FILETYPE_CHARACTER_DEVICE, 0),
  };
}
