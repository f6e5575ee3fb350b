import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, test, vi } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../support/two-invocations.ts', import.meta.url));

/** The states of all processes of a group, such as `T` for stopped. */
async function statesOf(group: number): Promise<string[]> {
  const { stdout } = await execa('ps', ['-A', '-o', 'pgid=,stat=']);
  const lines = stdout.split('\n').map((line) => line.trim().split(/\s+/));
  return lines.flatMap(([id, state = '']) => (Number(id) === group ? [state] : []));
}

test('R61: what one invocation began does nothing in the next, with the environment frozen and thawed between them', async () => {
  const child = spawn(process.execPath, [SCRIPT], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const group = child.pid as number;
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    expect(await lines.next()).toMatchObject({ value: 'over' });
    process.kill(-group, 'SIGSTOP');
    await vi.waitFor(async () => {
      const states = await statesOf(group);
      expect(states.filter((state) => !/^[TZ]/.test(state))).toEqual([]);
      expect(states).not.toEqual([]);
    }, 300_000);
    process.kill(-group, 'SIGCONT');
    child.stdin.write('next\n');
    const { value } = await lines.next();
    const outOfTime = { kind: 'no-verdict', because: 'out-of-time' };
    const verdicts = { kind: 'valid', issues: [{ text: 'next' }] };
    expect(JSON.parse(value ?? '')).toMatchObject({
      before: [outOfTime, outOfTime, outOfTime],
      after: [verdicts, verdicts],
    });
  } finally {
    process.kill(-group, 'SIGKILL');
    await once(child, 'close');
  }
});
