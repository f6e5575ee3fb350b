/**
 * A worker thread of `validate`: judges chunks of texts, one after the other. It says which text it
 * is on before it touches it, so that whatever happens then is known to be that text's doing.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { Verdict } from '../../core/message/verdict.ts';
import { describeError } from '../../packages/isolation/death.ts';
import { publishPosition, publishVerdict } from '../../packages/isolation/ledger.ts';
import type { NumberedChunk, WorkerInput } from '../../packages/isolation/worker-thread.ts';
import { performChaos } from './chaos.ts';
import { judgeText } from './judge.ts';
import { judgeByPlugins, type Submitted } from './plugins/judge-by-plugins.ts';
import type { Resume, Withheld } from './plugins/progress.ts';

const { ledger, chaos, issuesMax, undecided = false, plugins = [] } = workerData as WorkerInput;
const pluginJudge = { ledger, issuesMax, plugins };

parentPort?.on(
  'message',
  ({ number, texts, submittedAt, sources, off, resumes }: NumberedChunk) => {
    for (const [position, text] of texts.entries()) {
      publishPosition(ledger, position);
      const submitted = { text, submittedAt: submittedAt[position] ?? 0, off: off[position] ?? [] };
      if (!publishVerdict(ledger, judge(submitted, resumes[position], sources[position]))) break;
    }
    parentPort?.postMessage(number);
  },
);
parentPort?.postMessage('ready');

function judge(
  submitted: Submitted,
  resume: Resume | undefined,
  source: string | undefined,
): Verdict | Withheld {
  if (resume !== undefined) return judgeByPlugins(pluginJudge, submitted, resume);
  const { text } = submitted;
  const verdict = chaos
    ? judgeInChaos(text, source)
    : judgeText(text, issuesMax, undecided, source);
  if (verdict.kind !== 'valid' || plugins.length === 0) return verdict;
  return judgeByPlugins(pluginJudge, submitted, { progress: verdict, first: 0 });
}

function judgeInChaos(text: string, source: string | undefined): Verdict {
  try {
    performChaos(text);
  } catch (error) {
    return { kind: 'crash', crash: 'exception', reason: describeError(error) };
  }
  return judgeText(text, issuesMax, undecided, source);
}
