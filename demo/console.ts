/** Opens the console of the running pipeline, next to the gateway. */
import { keepToEndpoint } from '../cli/keep-to-endpoint.ts';
import type { Console } from '../console/open.ts';
import { whoRuns } from '../terminal/who-runs.ts';

/** AWS settings of the user that would send the console's requests elsewhere. */
const ELSEWHERE = /^AWS_(?:ENDPOINT_URL|PROFILE|SESSION_TOKEN|IGNORE_CONFIGURED_ENDPOINT_URLS)/;

/**
 * Opens the console and prints its address. It uses the code of the command line, whose SDK clients
 * read this process's environment variables, so these point to the gateway from now on. The run
 * goes on without a console if it cannot be opened.
 * @param exports environment variables that point the SDK at the gateway
 */
export async function openConsoleBeside(
  exports: Readonly<Record<string, string>>,
  stage: string,
  say: (line: string) => void,
): Promise<Console | undefined> {
  for (const name of Object.keys(process.env)) if (ELSEWHERE.test(name)) delete process.env[name];
  Object.assign(process.env, exports);
  keepToEndpoint(process.env);
  try {
    const { bundlePage } = await import('../console/page/bundle.ts');
    const { openConsole } = await import('../console/open.ts');
    const page = await bundlePage();
    const opened = await openConsole({ stage, operate: true, by: whoRuns(), port: 0, page });
    say(`the console is at ${opened.address}`);
    return opened;
  } catch (error) {
    say(`  ! no console: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
