/** A worker thread of `validate`: the validator on a text, then the plugins on what it found valid. */
import { type Run, serveTexts } from '../../packages/isolation/worker.ts';
import { performChaos } from './chaos.ts';
import { judgeText } from './judge.ts';
import type { Answer, TextData } from './judging.ts';
import { judgeByPlugins } from './plugins/judge-by-plugins.ts';
import type { Resume } from './plugins/progress.ts';
import type { WorkerOptions } from './validation-pool.ts';

serveTexts<WorkerOptions, Answer>((options) => (run) => judge(options, run));

function judge({ chaos, issuesMax, undecided, plugins = [] }: WorkerOptions, run: Run): Answer {
  const { text } = run;
  const { source, ...data } = run.data as TextData;
  const byPlugins = (resume: Resume) =>
    judgeByPlugins({ plugins, issuesMax, run }, { text, ...data }, resume);
  if (run.resume !== undefined) return byPlugins(run.resume as Resume);
  if (chaos) performChaos(text);
  const verdict = judgeText(text, issuesMax, undecided, source);
  if (verdict.kind !== 'valid' || plugins.length === 0) return verdict;
  return byPlugins({ progress: verdict, first: 0 });
}
