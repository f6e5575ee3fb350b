/**
 * A process of its own for resources that may have killed an execution environment: judges the texts
 * that it is sent, one at a time and in a worker thread as always, so that only what kills whole
 * processes kills this one. It lives no longer than who started it.
 */

import type {
  OwnProcessSettings,
  OwnProcessTask,
  OwnProcessWord,
} from '../../packages/isolation/child.ts';
import { IsolationPool } from '../../packages/isolation/pool.ts';
import { entryUrl } from './entry-url.ts';
import { loadPlugins } from './plugins/load-plugins.ts';

const {
  options,
  plugins = [],
  pluginMemoryMb = 64,
  ...settings
} = JSON.parse(process.argv[2] ?? '') as OwnProcessSettings;
const pool = new IsolationPool({
  ...settings,
  options: { ...options, plugins: loadPlugins(plugins, pluginMemoryMb, import.meta.url) },
  url: entryUrl('worker'),
  size: 1,
  spares: 0,
});

/** Resolves once it is handed to the kernel, which passes it on even if this process dies then. */
function say(word: OwnProcessWord): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  process.send?.(word, (error: Error | null) => (error === null ? resolve() : reject(error)));
  return promise;
}

process.on('disconnect', () => process.exit());
process.on('message', async ({ number, text, submittedAt, off, source }: OwnProcessTask) => {
  await pool.ready();
  await say({ kind: 'begun', number });
  const judgement = await pool.judge(text, submittedAt, () => off, undefined, source);
  await say({ kind: 'judged', number, judgement });
});
await pool.ready();
await say({ kind: 'loaded' });
