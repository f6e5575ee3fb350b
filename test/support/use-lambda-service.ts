import { afterAll, beforeAll } from 'vitest';
import { type Emulators, startEmulators } from './emulators.ts';
import { LambdaService } from './lambda-service.ts';

/** Emulators and Lambda's API for the tests of a file. */
export function useLambdaService(): LambdaService {
  const service = new LambdaService();
  let emulators: Emulators | undefined;
  beforeAll(async () => {
    emulators = await startEmulators();
    await service.start();
  });
  afterAll(async () => {
    await service.stop();
    await emulators?.stop();
  });
  return service;
}
