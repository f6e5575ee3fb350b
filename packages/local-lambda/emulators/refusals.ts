/** What functions are refused in an emulator's thread is told to the thread that started it. */
import type { MessagePort, Worker } from 'node:worker_threads';
import type { OnRefused } from '../access/permissions.ts';

interface Told {
  readonly refused?: string;
}

/** In the emulator's thread. */
export function toldBy(port: Pick<MessagePort, 'postMessage'>): OnRefused {
  return (refused) => {
    const told: Told = { refused };
    port.postMessage(told);
  };
}

/** In the thread that started it. */
export function hearRefusals(thread: Worker, onRefused: OnRefused): void {
  thread.on('message', ({ refused }: Told) => {
    if (refused !== undefined) onRefused(refused);
  });
}
