/** Host names in a URL that mean this machine. `*.localhost` and the rest of 127.0.0.0/8 are left out. */
export const THIS_MACHINE: readonly string[] = ['127.0.0.1', '[::1]', 'localhost'];

/** Requests to this machine take no proxy: it would ask its own machine. `fetch` reads this each time. */
export function bypassProxy(env: NodeJS.ProcessEnv): void {
  const name = env['no_proxy'] === undefined ? 'NO_PROXY' : 'no_proxy';
  env[name] = [env[name], ...THIS_MACHINE].filter(Boolean).join(',');
}
