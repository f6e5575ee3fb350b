import { setFlagsFromString } from 'node:v8';

/**
 * Makes V8 apply the heap limits that workers are given. Lambda starts node with limits for the whole
 * memory as flags (`--max-old-space-size`, `--max-semi-space-size`), and in V8 a flag takes precedence
 * over a worker's own limit: a worker of 64 MB grew to 900 MB and then killed the process (Node 24.21).
 * With the flags cleared the main thread keeps the limits it was started with.
 */
export function clearHeapFlags(): void {
  setFlagsFromString('--max-old-space-size=0');
  setFlagsFromString('--max-semi-space-size=0');
}
