/** The child's side of `OwnProcess`: the function that the module of a separate process calls. */
import type { OwnProcessTask, OwnProcessWord } from './child.ts';
import type { Isolation } from './outcome.ts';

/** The `settings` of `OwnProcess`. */
export function processSettings(): unknown {
  return JSON.parse(process.argv[2] ?? 'null');
}

/**
 * Runs the texts that this process is sent, one at a time, in a pool of one worker, so that only a text
 * that kills whole processes kills this one. It ends with the process that started it.
 */
export async function serveProcess(pool: Isolation<unknown>): Promise<void> {
  process.on('disconnect', () => process.exit());
  process.on('message', async ({ number, text, data }: OwnProcessTask) => {
    await pool.ready();
    await say({ kind: 'begun', number });
    const outcome = await pool.run(text, { data: () => data });
    await say({ kind: 'ended', number, outcome });
  });
  await pool.ready();
  await say({ kind: 'loaded' });
}

/** Resolves once it is handed to the kernel, which delivers it even if this process dies then. */
function say(word: OwnProcessWord): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  process.send?.(word, (error: Error | null) => (error === null ? resolve() : reject(error)));
  return promise;
}
