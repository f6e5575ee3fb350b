/** A worker thread of `validate`: runs the validator on a text, then the plugins if it is valid. */
import { type Run, serveTexts } from '../../packages/isolation/worker.ts';
import { performChaos } from './chaos.ts';
import type { TextData, WorkerResult } from './isolated-validator.ts';
import type { Resume } from './plugins/progress.ts';
import { validateByPlugins } from './plugins/validate-by-plugins.ts';
import type { WorkerOptions } from './validation-pool.ts';
import { verdictOn } from './verdict-on.ts';

serveTexts<WorkerOptions, WorkerResult>((options) => (run) => validate(options, run));

function validate(
  { chaos, issuesMax, undecided = false, plugins = [] }: WorkerOptions,
  run: Run,
): WorkerResult {
  const { text } = run;
  const { source, ...data } = run.data as TextData;
  const byPlugins = (resume: Resume) =>
    validateByPlugins({ plugins, issuesMax, run }, { text, ...data }, resume);
  if (run.resume !== undefined) return byPlugins(run.resume as Resume);
  if (chaos) performChaos(text);
  const verdict = verdictOn(text, { issuesMax, undecided, source });
  if (verdict.kind !== 'valid' || plugins.length === 0) return verdict;
  return byPlugins({ progress: verdict, first: 0 });
}
