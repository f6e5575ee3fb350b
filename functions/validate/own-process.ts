/**
 * A separate process for resources that may have killed an execution environment. It validates the
 * texts that it is sent, one at a time and in a worker thread as always.
 */
import { processSettings, serveProcess } from '../../packages/isolation/serve-process.ts';
import { entryUrl } from './entry-url.ts';
import { loadPlugins } from './plugins/load-plugins.ts';
import { isolationFor } from './validation-pool.ts';
import type { OwnProcessSettings } from './validation-process.ts';

const {
  options,
  plugins = [],
  pluginMemoryMb,
  ...settings
} = processSettings() as OwnProcessSettings;
await serveProcess(
  isolationFor({
    ...settings,
    options: { ...options, plugins: loadPlugins(plugins, pluginMemoryMb, import.meta.url) },
    url: entryUrl('worker'),
    size: 1,
    spares: 0,
  }),
);
