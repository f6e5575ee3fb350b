import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { goToCallersFolder } from '../../cli/callers-folder.ts';
import { patient } from '../support/resources.ts';

const ROOT = join(import.meta.dirname, '..', '..');

test('resolves paths of `npm run cli` against the caller’s folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'caller-'));
  try {
    await writeFile(join(folder, 'mine.json'), patient());
    const env = { ...process.env, npm_lifecycle_event: 'cli', INIT_CWD: folder };
    const argv = [join(ROOT, 'cli', 'main.ts'), 'validate', 'mine.json'];
    const status = await new Promise((resolve) => {
      const child = execFile(process.execPath, argv, { cwd: ROOT, env }, () =>
        resolve(child.exitCode),
      );
    });
    expect(status).toBe(0);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.each([
  [{ npm_lifecycle_event: 'cli', INIT_CWD: '/there' }, ['/there']],
  [{ npm_lifecycle_event: 'test', INIT_CWD: '/there' }, []],
  [{}, []],
])('with the environment %j it changes to %j', (env, gone) => {
  const went: string[] = [];
  goToCallersFolder(env as NodeJS.ProcessEnv, (folder) => void went.push(folder));
  expect(went).toEqual(gone);
});

test('R08: git ignores the file of unsent lines', () => {
  const name = 'unsent-2026-11-29T081203.000Z.ndjson';
  expect(execFileSync('git', ['check-ignore', name], { cwd: ROOT, encoding: 'utf8' })).toContain(
    name,
  );
});
