import { expect, it } from 'vitest';
import { HomeError, openHome } from '../../local/home.ts';

it('says which folder cannot be used, and why', async () => {
  const error = await openHome(import.meta.filename).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(HomeError);
  expect(String(error)).toMatch(/nothing can be kept in .*home\.test\.ts: /);
});
