/** Who runs a command, also where the machine's users do not include them, as in many containers. */
import { homedir, userInfo } from 'node:os';

/** Their name, or what stands for it. */
export function whoRuns(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env['USER'] || `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}

/** A home that is not there, where there is none: SDKs and the CDK ask for it, and can do without its files. */
export function provideHome(env: NodeJS.ProcessEnv): void {
  try {
    homedir();
  } catch {
    env['HOME'] = '/nonexistent';
  }
}
