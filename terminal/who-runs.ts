/** The user who runs a command, and their home folder, also where the machine does not know the user. */
import { homedir, userInfo } from 'node:os';

/** Their name, or a replacement: many containers have no such user. */
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
