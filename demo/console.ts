/** The console beside the gateway: the page of the pipeline that is up. */
import type { Console } from '../console/open.ts';
import { whoRuns } from '../terminal/who-runs.ts';

/** What a person has set for AWS, which would lead elsewhere. */
const ELSEWHERE = /^AWS_(?:ENDPOINT_URL|PROFILE|SESSION_TOKEN)/;

/**
 * Opens it and says where. It acts by the code of the command line, whose SDK clients go where the environment
 * says: that of this process, to the gateway from now on. A console that cannot be opened is no reason to end the run.
 * @param exports the environment that points the SDK at the gateway
 */
export async function openConsoleBeside(
  exports: Readonly<Record<string, string>>,
  stage: string,
  say: (line: string) => void,
): Promise<Console | undefined> {
  for (const name of Object.keys(process.env)) if (ELSEWHERE.test(name)) delete process.env[name];
  Object.assign(process.env, exports);
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
