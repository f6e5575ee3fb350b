import { rm } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { parsed, useLambdaHost } from '../support/lambda-host.ts';
import { isAlive } from '../support/processes.ts';
import { writeHandler } from '../support/tiny-assembly.ts';

const { functionOf, run, records, linesOf, environments } = useLambdaHost(2);

describe('the Lambda host, when a function ends badly', () => {
  test('an exception is the invocation’s error, and the environment lives on', async () => {
    const spec = await functionOf(
      'throwing',
      'let n = 0; export const handler = () => { if (n++ === 0) throw new TypeError("no"); return n; };',
    );
    expect(await run(spec, '{}')).toEqual({
      status: 'error',
      errorType: 'TypeError',
      errorMessage: 'no',
    });
    expect(parsed(await run(spec, '{}'))).toBe(2);
  });

  test('an answer of more than 6 MB is the invocation’s error, as with Lambda, and the environment lives on', async () => {
    const spec = await functionOf(
      'telling',
      'export const handler = ({ bytes }) => "x".repeat(bytes - 2);',
    );
    const most = 6_291_556;
    const answer = await run(spec, JSON.stringify({ bytes: most }));
    expect(answer.status === 'success' && answer.payload.length).toBe(most);
    expect(await run(spec, JSON.stringify({ bytes: most + 1 }))).toEqual({
      status: 'error',
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: `Response payload size exceeded maximum allowed payload size (${most} bytes).`,
    });
    expect(parsed(await run(spec, '{"bytes":3}'))).toBe('x');
  });

  test.each([
    ['exits', 'process.exit(3)', 'Runtime.ExitError', 'Runtime exited with error: exit status 3'],
    [
      'exits with 0',
      'process.exit(0)',
      'Runtime.ExitError',
      'Runtime exited without providing a reason',
    ],
    [
      'is killed',
      'process.kill(process.pid, "SIGKILL"); await new Promise(() => {})',
      'Runtime.ExitError',
      'Runtime exited with error: signal: kill',
    ],
    [
      'has an unhandled rejection',
      'Promise.reject(new Error("x")); await new Promise(() => {})',
      'Runtime.UnhandledPromiseRejection',
      'Error: x',
    ],
    [
      'throws in a timer',
      'setTimeout(() => { throw new RangeError("late") }); await new Promise(() => {})',
      'RangeError',
      'late',
    ],
  ])(
    'a function that %s loses its environment and gets a new one',
    async (how, code, errorType, errorMessage) => {
      const name = how.replaceAll(' ', '-');
      const spec = await functionOf(
        name,
        `export const handler = async (event) => { if (event.die) { ${code} } return process.pid; };`,
      );
      const before = parsed(await run(spec, '{}'));
      expect(await run(spec, '{"die":true}')).toEqual({
        status: 'error',
        errorType,
        errorMessage,
      });
      expect(records(name).at(-1)).toMatchObject({
        type: 'platform.report',
        record: { status: 'error', errorType },
      });
      const after = parsed(await run(spec, '{}'));
      expect(after).not.toBe(before);
      expect(isAlive(Number(before))).toBe(false);
    },
  );

  test('a function that hangs is killed at its timeout', async () => {
    const spec = await functionOf('hanging', 'export const handler = () => { for (;;); };', {
      Timeout: 1,
    });
    expect(await run(spec, '{}')).toEqual({
      status: 'timeout',
      errorType: 'Sandbox.Timedout',
      errorMessage: 'Task timed out after 1.00 seconds',
    });
    expect(records('hanging').at(-1)?.record).toMatchObject({ status: 'timeout' });
  });

  test('a function that exceeds its memory is killed', async () => {
    const spec = await functionOf(
      'growing',
      `export const handler = async () => {
         const kept = [];
         for (;;) {
           kept.push(Buffer.alloc(8 << 20, 1));
           await new Promise((resolve) => setTimeout(resolve, 5));
         }
       };`,
      { Timeout: 300 },
    );
    expect(await run(spec, '{}')).toMatchObject({
      status: 'error',
      errorType: 'Runtime.OutOfMemory',
    });
    const report = records('growing').at(-1)?.record;
    expect(report).toMatchObject({
      errorType: 'Runtime.OutOfMemory',
      metrics: { memorySizeMB: 256 },
    });
  });

  test.runIf(process.platform === 'linux')(
    'a function that exceeds its memory together with a process that it started is killed',
    async () => {
      const grow = `const kept = [];
        setInterval(() => kept.length < 25 && kept.push(Buffer.alloc(8 << 20, 1)), 5);`;
      const spec = await functionOf(
        'parent',
        `import { spawn } from 'node:child_process';
         export const handler = () => new Promise(() => {
           const child = spawn(process.execPath, ['-e', ${JSON.stringify(grow)}]);
           console.log('child ' + child.pid);
         });`,
        { Timeout: 300 },
      );
      expect(await run(spec, '{}')).toMatchObject({ errorType: 'Runtime.OutOfMemory' });
      const [line = ''] = linesOf('parent').filter((each) => each.startsWith('child '));
      await expect.poll(() => isAlive(Number(line.slice('child '.length)))).toBe(false);
    },
  );

  test('a function whose process cannot be started fails, and runs again once it can', async () => {
    const source = 'export const handler = () => "runs"; ';
    const spec = await functionOf('gone', source);
    await rm(spec.codeDirectory, { recursive: true });
    const why = `there is no folder ${spec.codeDirectory}`;
    expect(await run(spec, '{}')).toEqual({
      status: 'error',
      errorType: 'Runtime.NotStarted',
      errorMessage: why,
    });
    expect(linesOf('gone')).toContain(`Runtime.NotStarted: ${why}`);
    expect(environments().filter(({ functionName }) => functionName === 'gone')).toEqual([]);
    await writeHandler(spec.codeDirectory, source);
    expect(parsed(await run(spec, '{}'))).toBe('runs');
  });

  test.each([
    [
      'throws while loading',
      'throw new SyntaxError("bad"); export const handler = 1;',
      'SyntaxError',
    ],
    ['exits while loading', 'process.exit(1); export const handler = 1;', 'Runtime.ExitError'],
    ['exports no handler', 'export const other = 1;', 'Runtime.HandlerNotFound'],
  ])(
    'a function that %s fails its invocation and is initialized anew',
    async (how, source, errorType) => {
      const name = how.replaceAll(' ', '-');
      const spec = await functionOf(name, source);
      expect(await run(spec, '{}')).toMatchObject({ status: 'error', errorType });
      expect(records(name).map(({ type, record }) => [type, record.status])).toEqual([
        ['platform.initStart', undefined],
        ['platform.initReport', 'error'],
        ['platform.start', undefined],
        ['platform.runtimeDone', 'error'],
        ['platform.report', 'error'],
      ]);
      expect(records(name)[1]?.record).not.toHaveProperty('requestId');
    },
  );
});
