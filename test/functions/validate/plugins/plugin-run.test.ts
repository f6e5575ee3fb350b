import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  capPluginMemory,
  loadPlugins,
} from '../../../../functions/validate/plugins/load-plugins.ts';
import type { Plugin } from '../../../../functions/validate/plugins/plugin.ts';
import { askPlugin } from '../../../../functions/validate/plugins/plugin-run.ts';
import { examplePlugin, type PluginFault, pluginFaulty } from '../../../support/plugins.ts';
import { largePatient } from '../../../support/resources.ts';

beforeAll(() => capPluginMemory(64));

const chaos = examplePlugin('chaos');
const ask = (text: string, plugin: Pick<Plugin, 'name' | 'module'> = chaos) =>
  askPlugin(plugin, { text, resource: JSON.parse(text), submittedAt: 0 }, 100);

/** A module whose `_start` is this code, with the memory that each plugin exports. Function 0 is `proc_exit`. */
function moduleOf(...code: number[]): Uint8Array<ArrayBuffer> {
  const text = (name: string) => [name.length, ...Buffer.from(name)];
  const section = (id: number, ...bytes: number[]) => [id, bytes.length, ...bytes];
  const body = [0, ...code, 0x10, 0, 0x0b];
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 2, 0x60, 1, 0x7f, 0, 0x60, 0, 0),
    ...section(2, 1, ...text('wasi_snapshot_preview1'), ...text('proc_exit'), 0, 0),
    ...section(3, 1, 1),
    ...section(5, 1, 0, 1),
    ...section(7, 2, ...text('memory'), 2, 0, ...text('_start'), 0, 1),
    ...section(10, 1, body.length, ...body),
  ]);
}

/** `(call $proc_exit (i32.const STATUS))` */
function exitsWith(status: number): WebAssembly.Module {
  const number = [0, 7, 14, 21, 28].map((by) => ((status >> by) & 0x7f) | (by < 28 ? 0x80 : 0));
  return new WebAssembly.Module(moduleOf(0x41, ...number));
}

/** Takes page by page, and exits with the number of pages that it got: `(loop (br_if 0 (i32.ne (memory.grow 1) -1)))`. */
const TAKES_ALL = moduleOf(
  ...[3, 0x40, 0x41, 1, 0x40, 0, 0x41, 0x7f, 0x47, 0x0d, 0, 0x0b, 0x3f, 0],
);

describe('R01: a plugin that misbehaves is distinguished from one that answers', () => {
  test.each<[PluginFault, string, string]>([
    ['crash', 'exception', 'plugin chaos: trapped: unreachable'],
    ['exit', 'exit', 'plugin chaos: exited with status 3'],
    ['garble', 'exception', 'plugin chaos: its output is no OperationOutcome'],
    ['flood', 'exception', 'plugin chaos: printed more than 262144 bytes'],
    ['grow', 'exception', 'plugin chaos: trapped: unreachable'],
  ])('%s', (fault, crash, reason) => {
    expect(ask(pluginFaulty(fault))).toEqual({ kind: 'crash', plugin: 'chaos', crash, reason });
    expect(ask('{"resourceType":"Patient"}')).toEqual({ kind: 'issues', issues: [] });
  });

  test.each([
    [255, '255'],
    [19740312, 'above 255'],
    [-1, 'above 255'],
  ])('R08: its status %i is published as %s, because it may have read it', (status, shown) => {
    const reason = `plugin exits: exited with status ${shown}`;
    const plugin = { name: 'exits', module: exitsWith(status) };
    expect(ask('{"resourceType":"Patient"}', plugin)).toMatchObject({ crash: 'exit', reason });
  });

  test('R08: of an error that is no trap only the name is told, because its text may quote the resource', () => {
    const callsItself = {
      name: 'deep',
      module: new WebAssembly.Module(moduleOf(0x10, 1, 0x41, 0)),
    };
    const answer = ask('{"resourceType":"Patient"}', callsItself);
    expect(answer).toMatchObject({
      crash: 'exception',
      reason: expect.stringMatching(/^plugin deep: RangeError/),
    });
    expect(answer).not.toMatchObject({ reason: expect.stringContaining('Maximum call stack') });
  });

  test('R62: a plugin gets as much memory as is configured, and no more', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plugin-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    onTestFinished(() => capPluginMemory(64));
    const file = join(folder, 'takes-all.wasm');
    await writeFile(file, TAKES_ALL);
    const settings = {
      name: 'takes-all',
      file,
      resourceTypes: [],
      required: true,
      deadlineMs: 500,
    } as const;
    for (const [megabytes, pages] of [
      [8, 128],
      [1, 16],
    ] as const) {
      const [plugin] = loadPlugins([settings], megabytes, import.meta.url);
      expect(ask('{"resourceType":"Patient"}', plugin)).toMatchObject({
        reason: `plugin takes-all: exited with status ${pages}`,
      });
    }
  });

  test('the largest accepted resource fits into the memory of a plugin', () => {
    expect(ask(largePatient(10 * 2 ** 20 - 1_000)).kind).toBe('issues');
  });
});
