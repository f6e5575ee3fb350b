import { beforeAll, describe, expect, test } from 'vitest';
import { capPluginMemory } from '../../../../functions/validate/plugins/load-plugins.ts';
import { askPlugin } from '../../../../functions/validate/plugins/plugin-run.ts';
import { examplePlugin, type PluginFault, pluginFaulty } from '../../../support/plugins.ts';
import { largePatient } from '../../../support/resources.ts';

beforeAll(() => capPluginMemory(64));

const chaos = examplePlugin('chaos');
const ask = (text: string, plugin = chaos) =>
  askPlugin(plugin, { text, resource: JSON.parse(text), submittedAt: 0 }, 100);

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

  test('a plugin that grows stops at its memory limit', () => {
    const before = process.memoryUsage().rss;
    expect(ask(pluginFaulty('grow')).kind).toBe('crash');
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20);
  });

  test('the largest accepted resource fits into the memory of a plugin', () => {
    expect(ask(largePatient(10 * 2 ** 20 - 1_000)).kind).toBe('issues');
  });
});
