import { afterAll, beforeAll } from 'vitest';
import { type Emulators, startEmulators } from './emulators.ts';

/** The emulators are up for all tests of a file. To be called before other hooks that need them. */
export function useEmulators(): void {
  let emulators: Emulators | undefined;
  beforeAll(async () => {
    emulators = await startEmulators();
  });
  afterAll(() => emulators?.stop());
}
