/** An environment that asked for the next event is frozen until it comes, as on AWS. */
import { once } from 'node:events';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { parsed, useLambdaHost } from '../support/lambda-host.ts';
import { isAlive, isStopped } from '../support/processes.ts';

const { functionOf, run, environments } = useLambdaHost(2);

/** Lets real time pass: a frozen process shows nothing to wait for. */
async function frozenFor(ms: number): Promise<void> {
  const over = Date.now() + ms;
  await expect.poll(() => Date.now(), { timeout: ms * 10 }).toBeGreaterThan(over);
}

describe.skipIf(process.platform === 'win32')('a frozen environment', () => {
  test.runIf(process.platform === 'linux')(
    'R61: does nothing, and neither does the process that it started',
    async () => {
      const spec = await functionOf(
        'parent-of-one',
        `import { fork } from 'node:child_process';
         import { once } from 'node:events';
         import { writeFileSync } from 'node:fs';
         writeFileSync('child.mjs', 'process.on("message", () => process.send("well"));');
         const child = fork('./child.mjs');
         export const handler = async () => {
           child.send('how are you?');
           const [answer] = await once(child, 'message');
           return { answer, pids: [process.pid, child.pid] };
         };`,
      );
      const before = parsed(await run(spec, '{}')) as { answer: string; pids: number[] };
      expect(before.answer).toBe('well');
      await expect.poll(() => before.pids.map(isStopped)).toEqual([true, true]);
      expect(parsed(await run(spec, '{}'))).toEqual(before);
      await expect.poll(() => before.pids.map(isStopped)).toEqual([true, true]);
    },
  );

  test('R61: runs what became due while it was frozen before it handles the next event', async () => {
    const spec = await functionOf(
      'leaving',
      `import { setTimeout as pause } from 'node:timers/promises';
       const done = [];
       export const handler = () => {
         const seen = [...done];
         setTimeout(() => done.push('timer'), 20);
         pause(30).then(() => done.push('promise'));
         return seen;
       };`,
    );
    expect(parsed(await run(spec, '{}'))).toEqual([]);
    for (const times of [1, 2, 3]) {
      await frozenFor(100);
      const seen = parsed(await run(spec, '{}'));
      expect(seen).toEqual(Array.from({ length: times }, () => ['timer', 'promise']).flat());
    }
  });

  test('is killed with its processes when another takes its place', async () => {
    const spec = await functionOf(
      'parent',
      `import { spawn } from 'node:child_process';
       const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
       export const handler = () => [process.pid, child.pid];`,
    );
    const pids = parsed(await run(spec, '{}')) as number[];
    expect(pids.every(isAlive)).toBe(true);
    for (const name of ['other', 'another']) {
      await run(await functionOf(name, 'export const handler = () => process.pid;'), '{}');
    }
    await expect.poll(() => pids.filter(isAlive)).toEqual([]);
    expect(environments().map(({ functionName }) => functionName)).not.toContain('parent');
  });

  test('is replaced if it dies meanwhile', async () => {
    const spec = await functionOf('killed', 'export const handler = () => process.pid;');
    const before = Number(parsed(await run(spec, '{}')));
    process.kill(before, 'SIGKILL');
    await expect.poll(() => isAlive(before)).toBe(false);
    await expect.poll(() => environments().map(({ pid }) => pid)).not.toContain(before);
    expect(parsed(await run(spec, '{}'))).not.toBe(before);
  });

  test('dies with its host, even if the reaper was killed before', async () => {
    const program = `
      const { spawn } = await import('node:child_process');
      const { startReaper } = await import(${JSON.stringify(import.meta.resolve('../../../../packages/local-lambda/lambda/reaper.ts'))});
      const reaper = startReaper();
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
      process.kill(-child.pid, 'SIGSTOP');
      reaper.watch([child.pid]);
      const first = reaper.pid();
      process.kill(first, 'SIGKILL');
      while (reaper.pid() === first) await new Promise((resolve) => setTimeout(resolve, 10));
      console.log(child.pid);
      setInterval(() => {}, 1000);`;
    const host = execa(process.execPath, ['--input-type=module', '-e', program], {
      reject: false,
      buffer: false,
    });
    const [line] = await host.stdout.take(1).toArray();
    const pid = Number(String(line));
    expect(isAlive(pid)).toBe(true);
    host.kill('SIGKILL');
    await once(host, 'exit');
    await expect.poll(() => isAlive(pid)).toBe(false);
  });
});
