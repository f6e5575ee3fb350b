import { afterAll, beforeAll } from 'vitest';
import { LambdaService } from './lambda-service.ts';
import { useEmulators } from './use-emulators.ts';

/** Emulators and Lambda's API for the tests of a file. */
export function useLambdaService(): LambdaService {
  useEmulators();
  const service = new LambdaService();
  beforeAll(() => service.start());
  afterAll(() => service.stop());
  return service;
}
