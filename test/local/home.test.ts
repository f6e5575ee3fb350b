import { chmod, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { HomeError, openHome } from '../../local/home.ts';

it('says which folder cannot be used, and why', async () => {
  const error = await openHome(import.meta.filename).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(HomeError);
  expect(String(error)).toMatch(/nothing can be kept in .*home\.test\.ts: /);
});

it.each([undefined, 0o755, 0o777])(
  'keeps a folder for its owner alone, were it %o before',
  async (mode) => {
    const folder = join(await mkdtemp(join(tmpdir(), 'home-')), 'data');
    if (mode !== undefined) {
      await mkdir(folder);
      await chmod(folder, mode);
    }
    const home = await openHome(folder);
    for (const each of [folder, home.logDir]) {
      expect((await stat(each)).mode & 0o777, each).toBe(0o700);
    }
    await home.close();
    await rm(join(folder, '..'), { recursive: true });
  },
);
