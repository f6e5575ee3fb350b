/** The user who runs a command, and the user's surroundings, also on an odd machine. */
import { homedir, userInfo } from 'node:os';

const OF_THIS_MACHINE = ['localhost', '127.0.0.1', '[::1]'];

/** Their name, or a replacement: in many containers the machine does not know its user. */
export function whoRuns(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env['USER'] || `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}

/**
 * A home folder that does not exist, if there is none: SDKs and the CDK ask for it, and can work without
 * its files.
 */
export function provideHome(env: NodeJS.ProcessEnv): void {
  try {
    homedir();
  } catch {
    env['HOME'] = '/nonexistent';
  }
}

/** Requests to this machine take no proxy: it would ask its own machine. `fetch` reads this each time. */
export function bypassProxy(env: NodeJS.ProcessEnv): void {
  const name = env['no_proxy'] === undefined ? 'NO_PROXY' : 'no_proxy';
  env[name] = [env[name], ...OF_THIS_MACHINE].filter(Boolean).join(',');
}
