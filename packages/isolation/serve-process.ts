/** The child's side of `OwnProcess`: the function that the module of the child process calls. */
import type { OwnProcessTask, OwnProcessWord } from './child.ts';
import type { Isolation } from './outcome.ts';

/** The `settings` of `OwnProcess`. */
export function processSettings(): unknown {
  return JSON.parse(process.argv[2] ?? 'null');
}

/**
 * Runs the texts that the parent sends, one at a time, in a pool of one worker. So only a text that
 * kills whole processes kills this one. The process ends when its parent ends.
 */
export async function serveProcess(pool: Isolation<unknown>): Promise<void> {
  process.on('disconnect', () => process.exit());
  process.on('message', async ({ number, text, data, allowance }: OwnProcessTask) => {
    await pool.ready();
    await say({ kind: 'begun', number });
    const outcome = await pool.run(text, { data: () => data, allowance });
    await say({ kind: 'ended', number, outcome });
  });
  await pool.ready();
  await say({ kind: 'loaded' });
}

/**
 * Resolves once the kernel has the message. It is delivered even if this process dies afterwards.
 */
function say(word: OwnProcessWord): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  process.send?.(word, (error: Error | null) => (error === null ? resolve() : reject(error)));
  return promise;
}
