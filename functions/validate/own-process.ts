/**
 * A process of its own for one resource that may have killed an execution environment: judges the
 * texts that it is sent, in a worker thread as always, so that only what kills whole processes kills
 * this one. It lives no longer than who started it.
 */
import { entryUrl } from './entry-url.ts';
import type { OwnProcessSettings, OwnProcessTask } from './isolation/own-process.ts';
import { IsolationPool } from './isolation/pool.ts';
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

process.on('disconnect', () => process.exit());
process.on('message', async ({ text, submittedAt, off, source }: OwnProcessTask) => {
  process.send?.(await pool.judge(text, submittedAt, () => off, source));
});
await pool.ready();
process.send?.('ready');
