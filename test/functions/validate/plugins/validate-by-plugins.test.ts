import { expect, test } from 'vitest';
import type { Plugin } from '../../../../functions/validate/plugins/plugin.ts';
import type { Progress } from '../../../../functions/validate/plugins/progress.ts';
import { validateByPlugins } from '../../../../functions/validate/plugins/validate-by-plugins.ts';
import { examplePlugin, type PluginFault, pluginFaulty } from '../../../support/plugins.ts';
import { patient } from '../../../support/resources.ts';

/** The verdict, and what the ledger is told while these plugins run, by position. */
function runOf(text: string, plugins: readonly Plugin[], off: readonly number[] = []) {
  const told: unknown[] = [];
  const run = {
    enterStep: (position: number, saved?: unknown) => told.push([position, saved !== undefined]),
    leaveSteps: () => told.push('left'),
  };
  const progress: Progress = { kind: 'valid', resourceType: 'Patient', issues: [] };
  const set = { plugins, issuesMax: 100, run };
  const verdict = validateByPlugins(set, { text, submittedAt: 0, off }, { progress, first: 0 });
  return { told, verdict };
}
const toldOf = (text: string, plugins: readonly Plugin[]) => runOf(text, plugins).told;

const required = examplePlugin('chaos');
const advisory = examplePlugin('chaos', { required: false });

test('R01: the ledger names each plugin while it runs, and none afterwards', () => {
  expect(toldOf(patient({}), [required, advisory])).toEqual([[0, false], [1, true], 'left']);
});

test.each<PluginFault>(['crash', 'garble'])('R01: nor after a plugin that crashed: %s', (fault) => {
  expect(toldOf(pluginFaulty(fault), [required, advisory])).toEqual([[0, false], 'left']);
  const both = toldOf(pluginFaulty(fault), [advisory, required]);
  expect(both).toEqual([[0, true], [1, false], 'left']);
});

test('a plugin of another type is not run', () => {
  const ofOthers = examplePlugin('chaos', { resourceTypes: ['Observation'] });
  expect(toldOf(pluginFaulty('hang'), [ofOthers])).toEqual(['left']);
});

test('R09: a plugin that is off is not run: a required one makes its resources wait, an advisory one is passed over', () => {
  const crashing = pluginFaulty('crash');
  expect(runOf(crashing, [required], [0])).toEqual({
    told: ['left'],
    verdict: { kind: 'withheld', plugin: 'chaos' },
  });
  expect(runOf(crashing, [advisory], [0])).toEqual({
    told: ['left'],
    verdict: {
      kind: 'valid',
      resourceType: 'Patient',
      issues: [
        expect.objectContaining({
          severity: 'warning',
          text: 'The plugin chaos is switched off and was passed over',
        }),
      ],
    },
  });
});
