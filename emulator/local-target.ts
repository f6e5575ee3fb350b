/**
 * The first step of `deploy:local` and `destroy:local`: find an emulator, and the environment variables to
 * reach it.
 */

import { type Emulator, identifyEmulator, loopbackEndpoint } from './endpoint.ts';
import { clientEnvironment } from './env.ts';

/**
 * Finds the emulator and points this process's own AWS settings to it, so that no client of ours can reach
 * anything else. Throws EndpointRefused.
 */
export async function openLocalTarget(): Promise<{ emulator: Emulator; env: NodeJS.ProcessEnv }> {
  const emulator = await identifyEmulator(loopbackEndpoint(process.env));
  const env = clientEnvironment(process.env, emulator.endpoint);
  for (const name of Object.keys(process.env)) {
    if (!Object.hasOwn(env, name)) delete process.env[name];
  }
  Object.assign(process.env, env);
  return { emulator, env };
}
