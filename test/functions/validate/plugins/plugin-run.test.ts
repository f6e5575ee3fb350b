import { beforeAll, describe, expect, test } from 'vitest';
import { capPluginMemory } from '../../../../functions/validate/plugins/load-plugins.ts';
import type { Plugin } from '../../../../functions/validate/plugins/plugin.ts';
import { askPlugin } from '../../../../functions/validate/plugins/plugin-run.ts';
import { examplePlugin, type PluginFault, pluginFaulty } from '../../../support/plugins.ts';
import { largePatient } from '../../../support/resources.ts';

beforeAll(() => capPluginMemory(64));

const chaos = examplePlugin('chaos');
const ask = (text: string, plugin: Pick<Plugin, 'name' | 'module'> = chaos) =>
  askPlugin(plugin, { text, resource: JSON.parse(text), submittedAt: 0 }, 100);

/** `(func (export "_start") (call $proc_exit (i32.const STATUS)))`, with the memory that each plugin exports. */
function exitsWith(status: number): WebAssembly.Module {
  const text = (name: string) => [name.length, ...Buffer.from(name)];
  const section = (id: number, ...bytes: number[]) => [id, bytes.length, ...bytes];
  const number = [0, 7, 14, 21, 28].map((by) => ((status >> by) & 0x7f) | (by < 28 ? 0x80 : 0));
  const code = [0, 0x41, ...number, 0x10, 0, 0x0b];
  return new WebAssembly.Module(
    new Uint8Array([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, 2, 0x60, 1, 0x7f, 0, 0x60, 0, 0),
      ...section(2, 1, ...text('wasi_snapshot_preview1'), ...text('proc_exit'), 0, 0),
      ...section(3, 1, 1),
      ...section(5, 1, 0, 1),
      ...section(7, 2, ...text('memory'), 2, 0, ...text('_start'), 0, 1),
      ...section(10, 1, code.length, ...code),
    ]),
  );
}

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

  test('a plugin that grows stops at its memory limit', () => {
    const before = process.memoryUsage().rss;
    expect(ask(pluginFaulty('grow')).kind).toBe('crash');
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20);
  });

  test('the largest accepted resource fits into the memory of a plugin', () => {
    expect(ask(largePatient(10 * 2 ** 20 - 1_000)).kind).toBe('issues');
  });
});
