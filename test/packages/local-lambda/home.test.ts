import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { HomeError, openHome } from '../../../packages/local-lambda/home.ts';

it('the message says which folder cannot be used, and why', async () => {
  const error = await openHome(import.meta.filename).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(HomeError);
  expect(String(error)).toMatch(/nothing can be kept in .*home\.test\.ts: /);
});

it.each([undefined, 0o755, 0o777])(
  'a folder of mode %o is made private to its owner',
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

it.each(['/proc/x', '/proc/x/y/z', '/dev/null/x'])(
  'the command ends at once if %s cannot be made',
  async (at) => {
    await expect(openHome(at)).rejects.toThrow(/^nothing can be kept in .*: \w/);
  },
);

it('the message names the variable if there is no folder for temporary files', async () => {
  vi.stubEnv('TMPDIR', '/none/at/all');
  try {
    await expect(openHome(undefined)).rejects.toThrow(/\/none\/at\/all: no such .*set TMPDIR/);
  } finally {
    vi.unstubAllEnvs();
  }
});

it('one process at a time may use a data folder, and may take it over from a dead one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'home-'));
  const lock = join(folder, 'in-use-by');
  // The parent of this process lives as long as the test.
  await writeFile(lock, `${process.ppid}\n`);
  await expect(openHome(folder)).rejects.toThrow(
    `${folder} is in use by process ${process.ppid}: `,
  );
  for (const stale of ['4194304\n', '', 'nonsense', `${process.pid}\n`]) {
    await writeFile(lock, stale);
    const home = await openHome(folder);
    await home.close();
    expect(await readdir(folder)).toEqual(['logs']);
  }
  await rm(folder, { recursive: true });
});

it('R08: the temporary folder of a runtime that was killed is removed by the next one', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'home-'));
  vi.stubEnv('TMPDIR', parent);
  const folders = {
    'fhir-failsafe-killed': `4194304\n${hostname()}\n`,
    'fhir-failsafe-ofus': `${process.pid}\n${hostname()}\n`,
    'fhir-failsafe-alive': `${process.ppid}\n${hostname()}\n`,
    'fhir-failsafe-elsewhere': '4194304\nanother-host\n',
    'fhir-failsafe-unlocked': undefined,
    'not-ours': `4194304\n${hostname()}\n`,
  };
  for (const [name, holder] of Object.entries(folders)) {
    await mkdir(join(parent, name, 'logs'), { recursive: true });
    if (holder !== undefined) await writeFile(join(parent, name, 'in-use-by'), holder);
  }
  try {
    const home = await openHome(undefined);
    const { 'fhir-failsafe-killed': _, ...kept } = folders;
    const names = [...Object.keys(kept), basename(home.directory)].sort();
    expect((await readdir(parent)).sort()).toEqual(names);
    const [pid, host] = (await readFile(join(home.directory, 'in-use-by'), 'utf8')).split('\n');
    expect([pid, host]).toEqual([String(process.pid), hostname()]);
    await home.close();
    expect((await readdir(parent)).sort()).toEqual(Object.keys(kept).sort());
  } finally {
    vi.unstubAllEnvs();
    await rm(parent, { recursive: true });
  }
});
