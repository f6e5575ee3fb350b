/**
 * Memory and CPU for a resource of the accepted size, so that it gets a verdict whatever characters
 * it contains (R62): memory for everything that may be full at once, and CPU within the deadline.
 * The numbers were measured with `npm run bench:resource-size`; docs/resource-size.md has the
 * table.
 */
import { LARGE_AT_ONCE } from '../../functions/deliver/settings.ts';
import { charactersFor, heapMbFor } from '../../packages/isolation/heap-size.ts';
import type { Config } from '../config/config.ts';

const MIB = 1024 * 1024;
/** Memory of a worker besides its heap: stack, code, and the text in transfer. */
const WORKER_MB = 15;
/** The handler's process with the SDK, and a bare child process. */
const HANDLER_MB = 120;
const CHILD_MB = 50;
/** Two claim checks are in the handler's memory at once: as bytes, as text, and on their way out. */
const TEXTS_AT_ONCE = 2;
const COPIES_OF_A_TEXT = 4;
/** CPU time of the slowest shape, 182 ms for each MiB, and a quarter more. */
const CPU_MS_PER_MIB = 230;
/** Memory that buys one virtual CPU, and the memory up to which Lambda gives two slow ones. */
const MB_PER_CPU = 1_769;
const TWO_CPUS_MB = 3_008;
const CPUS_MAX = 6;
/** Every worker must hold a text whose structure was not checked first. */
const SMALL_CHARACTERS_MIN = 256 * 1024;
/** Only SQS limits the size of an inline message. */
const MESSAGE_BYTES_MAX = MIB;

const bytesMax = ({ resourceBytesMax }: Config) => Math.max(resourceBytesMax, MESSAGE_BYTES_MAX);

/** As many as `availableParallelism()` reports on Lambda. */
function workersFor(memoryMb: number): number {
  return memoryMb <= TWO_CPUS_MB ? 2 : Math.min(CPUS_MAX, 1 + Math.ceil(memoryMb / MB_PER_CPU));
}

/** Everything that may be full at the same time, in MB. */
export function memoryNeeded(config: Config): number {
  const { workerHeap, memoryMb, plugins, pluginMemoryMb } = config;
  const { oldMb, youngMb } = workerHeap;
  const workers = workersFor(memoryMb);
  const spare = 1;
  const worker = oldMb + youngMb + WORKER_MB;
  const isLarge = bytesMax(config) > charactersFor(oldMb);
  const textCopies = (COPIES_OF_A_TEXT * bytesMax(config)) / MIB;
  return Math.ceil(
    HANDLER_MB +
      TEXTS_AT_ONCE * textCopies +
      (workers + spare) * worker +
      // The process of its own, with a worker and the text in transfer.
      (CHILD_MB + worker + textCopies) +
      // One large text runs at a time, in the environment or in the process.
      (isLarge ? heapMbFor(bytesMax(config)) + youngMb + WORKER_MB : 0) +
      // As many plugin instances as workers run at a time.
      (plugins.length === 0 ? 0 : workers * pluginMemoryMb),
  );
}

/** What `deliver` needs for a text: as it is stored, with prefixed ids, and on its way out; measured for many ids. */
const COPIES_DELIVERED = 12;
const DELIVER_MB_MIN = 512;

/** Memory of `deliver`: as many large bodies as it sends at once. */
export function deliverMemoryMb(config: Pick<Config, 'resourceBytesMax'>): number {
  const mb = HANDLER_MB + (LARGE_AT_ONCE * COPIES_DELIVERED * config.resourceBytesMax) / MIB;
  return Math.max(DELIVER_MB_MIN, Math.ceil(mb));
}

/**
 * Number of texts that share the CPU with a text of this size. A large one runs while all others
 * wait.
 */
function sharersOf(bytes: number, { workerHeap, memoryMb }: Config): number {
  return bytes > charactersFor(workerHeap.oldMb) ? 1 : workersFor(memoryMb);
}

/** The shortest deadline for a text of this size that shares the CPU with others. */
export function deadlineNeeded(bytes: number, config: Config): number {
  return Math.ceil((CPU_MS_PER_MIB * bytes) / MIB / cpuShareOf(config, sharersOf(bytes, config)));
}

/** CPU time that a text of this size may use until its deadline. */
export function cpuMsAllowed(bytes: number, config: Config): number {
  return Math.floor(config.deadlineMs * cpuShareOf(config, sharersOf(bytes, config)));
}

/** The share of a CPU that one text may have, if so many texts share what the memory buys. */
export function cpuShareOf({ memoryMb }: Config, sharers = 1): number {
  return Math.min(1, memoryMb / MB_PER_CPU / sharers);
}

/** Problems between the accepted size, heap, memory and deadline, in words. */
export function* sizeProblems(config: Config): Generator<string> {
  const { workerHeap, resourceBytesMax, memoryMb, deadlineMs, plugins, pluginMemoryMb } = config;
  const { oldMb, youngMb } = workerHeap;
  const heapMin = heapMbFor(SMALL_CHARACTERS_MIN);
  if (oldMb < heapMin) {
    yield `workerHeap.oldMb ${oldMb} must be at least ${heapMin}: a text of ${SMALL_CHARACTERS_MIN} characters would exhaust it`;
  }
  const needed = memoryNeeded(config);
  if (memoryMb < needed) {
    const withPlugins = plugins.length === 0 ? '' : `, pluginMemoryMb ${pluginMemoryMb}`;
    yield `memoryMb ${memoryMb} must be at least ${needed} for resourceBytesMax ${resourceBytesMax}, workerHeap.oldMb ${oldMb} and youngMb ${youngMb}${withPlugins}: all workers, a large text and the process of its own may be full at once`;
  }
  const largest = bytesMax(config);
  // The largest text that shares the CPU may need more time than the largest of all.
  const deadlineMin = Math.max(
    deadlineNeeded(largest, config),
    deadlineNeeded(Math.min(largest, charactersFor(oldMb)), config),
  );
  if (deadlineMs < deadlineMin) {
    yield `deadlineMs ${deadlineMs} must be at least ${deadlineMin} for resourceBytesMax ${resourceBytesMax} and workerHeap.oldMb ${oldMb} at memoryMb ${memoryMb}: that memory buys so little CPU`;
  }
}
