/** Builds the plugins once, before tests that need them do so at the same time. */
import { buildPlugins } from '../../plugins/build.ts';

export async function setup(): Promise<void> {
  await buildPlugins();
}
