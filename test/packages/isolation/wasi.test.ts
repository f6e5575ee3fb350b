import { describe, expect, test, vi } from 'vitest';
import { OutputTooLarge, runModule } from '../../../packages/isolation/wasi.ts';
import { callAndDrop, i32, i64, wasm } from '../../support/wasm.ts';

const WASI = 'wasi_snapshot_preview1';
/** A buffer's place and length, as fd_write expects them at address 0. */
const buffer = (from: number, length: number) => [from, 0, 0, 0, length, 0, 0, 0];
const run = (parts: Parameters<typeof wasm>[0], submittedAt = 0, show?: (text: string) => void) =>
  runModule(new WebAssembly.Module(wasm(parts)), 'a resource', submittedAt, show);

describe('the environment of a plugin', () => {
  const clockAndRandom = {
    imports: [`${WASI}.clock_time_get`, `${WASI}.random_get`, `${WASI}.fd_write`],
    data: buffer(16, 16),
    body: [
      ...callAndDrop(0, i32(0), i64(0), i32(16)),
      ...callAndDrop(1, i32(24), i32(8)),
      ...callAndDrop(2, i32(1), i32(0), i32(1), i32(8)),
    ],
  };

  test('has a clock that stands still at the time of submission', () => {
    expect(run(clockAndRandom, 0).output.slice(0, 8)).toBe('\0'.repeat(8));
    // A millisecond has 0x0f4240 nanoseconds.
    expect(run(clockAndRandom, 1).output.slice(0, 8)).toBe('@B\x0f\0\0\0\0\0');
  });

  test('has random numbers that follow from the time of submission, so a repetition gets the same', () => {
    const [first, again, other] = [1, 1, 2].map((at) => run(clockAndRandom, at).output.slice(8));
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  /** Exits with the function's result, a WASI error number. */
  const errorOf = (name: string, operands: number[][]) =>
    run({
      imports: [`${WASI}.${name}`, `${WASI}.proc_exit`],
      body: [...operands.flat(), 0x10, 0, ...[0x10, 1, 0x1a]],
    }).status;

  test('R08: has no files, no sockets, no environment variables, and no log', () => {
    const log = vi.spyOn(console, 'log');
    const open = [i32(3), i32(0), i32(0), i32(1), i32(0), i64(0), i64(0), i32(0), i32(32)];
    expect(errorOf('path_open', open)).toBe(8);
    expect(errorOf('poll_oneoff', [i32(0), i32(64), i32(1), i32(128)])).toBe(58);
    const environment = run({
      imports: [`${WASI}.environ_sizes_get`, `${WASI}.fd_write`],
      data: buffer(16, 8),
      body: [
        ...callAndDrop(0, i32(16), i32(20)),
        ...callAndDrop(1, i32(1), i32(0), i32(1), i32(8)),
      ],
    });
    expect(environment.output).toBe('\0'.repeat(8));
    expect(log).not.toHaveBeenCalled();
  });

  test('has a memory of its own for each run', () => {
    // Prints the bytes at 16, then writes a mark there.
    const marker = {
      imports: [`${WASI}.fd_write`],
      data: buffer(16, 1),
      body: [
        ...callAndDrop(0, i32(1), i32(0), i32(1), i32(8)),
        ...[...i32(16), ...i32(33), 0x36, 0, 0],
      ],
    };
    const module = new WebAssembly.Module(wasm(marker));
    expect(runModule(module, '', 0).output).toBe('\0');
    expect(runModule(module, '', 0).output).toBe('\0');
  });

  test.each([1, 2])('takes 256 KiB of output and no more, in %i writes', (writes) => {
    const printing = (bytes: number) => ({
      imports: [`${WASI}.fd_write`],
      memoryPages: 5,
      data: [16, 0, 0, 0, ...new Uint8Array(Uint32Array.of(bytes).buffer)],
      body: Array(writes)
        .fill(callAndDrop(0, i32(1), i32(0), i32(1), i32(8)))
        .flat(),
    });
    const most = 256 * 1024;
    expect(run(printing(most / writes)).output).toHaveLength(most);
    expect(() => run(printing(most / writes + 1))).toThrow(OutputTooLarge);
  });

  test('R08: standard error is shown on request, and is not part of the answer', () => {
    const complains = {
      imports: [`${WASI}.fd_write`],
      data: [...buffer(8, 2), ...Buffer.from('hi')],
      body: callAndDrop(0, i32(2), i32(0), i32(1), i32(16)),
    };
    const shown: string[] = [];
    expect(run(complains, 0, (text) => shown.push(text)).output).toBe('');
    expect(shown).toEqual(['hi']);
    const error = vi.spyOn(process.stderr, 'write');
    expect(run(complains).output).toBe('');
    expect(error).not.toHaveBeenCalled();
  });
});
