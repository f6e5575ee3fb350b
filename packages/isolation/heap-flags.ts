import { setFlagsFromString } from 'node:v8';

/**
 * Makes V8 heed the heap limits that workers are given. Lambda starts node with limits for the
 * whole memory as flags (`--max-old-space-size`, `--max-semi-space-size`), and to V8 a flag wins
 * over a worker's own limit: a worker of 64 MB grew to 900 MB and then took the process along
 * (Node 24.21). With the flags cleared the main thread keeps the limits it was started with.
 */
export function clearHeapFlags(): void {
  setFlagsFromString('--max-old-space-size=0');
  setFlagsFromString('--max-semi-space-size=0');
}
