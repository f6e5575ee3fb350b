import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../support/validate-what-runs-on.ts', import.meta.url));

test('R01: a loop that V8 cannot interrupt is a timeout, and its neighbours are validated', async () => {
  const child = spawn(process.execPath, [SCRIPT], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [printed] = (await once(child.stdout, 'data')) as [Buffer];
    expect(JSON.parse(printed.toString())).toEqual(['valid', 'timeout', 'valid']);
  } finally {
    child.kill('SIGKILL');
  }
});
