/** Small WebAssembly modules made by hand, because no compiler would make them. */
export interface ModuleParts {
  /** `module.name`, each a function of the given number of 32-bit parameters and a result. */
  readonly imports?: readonly string[];
  readonly memoryPages?: number;
  /** Names of the memory and of the only function. */
  readonly exports?: { readonly memory?: string; readonly start?: string };
  /** Instructions of the only function, which has neither parameters nor a result. */
  readonly body?: readonly number[];
  /** Bytes at the start of the memory. */
  readonly data?: readonly number[];
}

const I32 = 0x7f;
const I64 = 0x7e;
/** Parameters of the functions that tests import. */
const PARAMETERS: Readonly<Record<string, readonly number[]>> = {
  clock_time_get: [I32, I64, I32],
  random_get: [I32, I32],
  fd_write: [I32, I32, I32, I32],
  path_open: [I32, I32, I32, I32, I32, I64, I64, I32, I32],
  environ_sizes_get: [I32, I32],
  poll_oneoff: [I32, I32, I32, I32],
  proc_exit: [I32],
};

/** Instructions: constants, a call of the nth import whose result is dropped, an exit. */
export const i32 = (value: number) => [0x41, ...signed(value)];
export const i64 = (value: number) => [0x42, ...signed(value)];
export const callAndDrop = (index: number, ...operands: number[][]) => [
  ...operands.flat(),
  0x10,
  index,
  0x1a,
];

export function wasm({ imports = [], memoryPages = 1, ...rest }: ModuleParts): Uint8Array {
  const { exports = { memory: 'memory', start: '_start' }, body = [], data = [] } = rest;
  const named = imports.map((one) => one.split('.') as [string, string]);
  const types = [[0x60, 0, 0], ...named.map(([, name]) => functionType(name))];
  const described = [
    ...(exports.memory === undefined ? [] : [[...text(exports.memory), 2, 0]]),
    ...(exports.start === undefined ? [] : [[...text(exports.start), 0, imports.length]]),
  ];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types),
    ...section(
      2,
      named.map(([from, name], n) => [...text(from), ...text(name), 0, n + 1]),
    ),
    ...section(3, [[0]]),
    ...section(5, [[0, ...unsigned(memoryPages)]]),
    ...section(7, described),
    ...section(10, [sized([0, ...body, 0x0b])]),
    ...section(11, data.length === 0 ? [] : [[0, ...i32(0), 0x0b, ...sized(data)]]),
  ]);
}

function functionType(name: string): number[] {
  return [0x60, ...sized(PARAMETERS[name] ?? []), 1, I32];
}

const section = (id: number, items: readonly (readonly number[])[]) =>
  items.length === 0 ? [] : [id, ...sized([...unsigned(items.length), ...items.flat()])];
const sized = (bytes: readonly number[]) => [...unsigned(bytes.length), ...bytes];
const text = (value: string) => sized([...Buffer.from(value)]);

function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...unsigned(Math.floor(value / 128))];
}

function signed(value: number): number[] {
  return value < 64 ? [value] : [(value % 128) + 128, ...signed(Math.floor(value / 128))];
}
