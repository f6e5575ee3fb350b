/**
 * A worker thread of `validate`: judges chunks of texts, one after the other. It says which text it
 * is on before it touches it, so that whatever happens then is known to be that text's doing.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { Verdict } from '../../core/verdict.ts';
import { performChaos } from './chaos.ts';
import { describeError } from './isolation/death.ts';
import { publishPosition, publishVerdict } from './isolation/ledger.ts';
import type { WorkerInput } from './isolation/worker-thread.ts';
import { judgeText } from './judge.ts';

const { ledger, chaos, issuesMax, undecided = false } = workerData as WorkerInput;

parentPort?.on('message', (texts: readonly string[]) => {
  for (const [position, text] of texts.entries()) {
    publishPosition(ledger, position);
    if (!publishVerdict(ledger, judge(text))) break;
  }
  parentPort?.postMessage('chunk ended');
});
parentPort?.postMessage('ready');

function judge(text: string): Verdict {
  if (!chaos) return judgeText(text, issuesMax, undecided);
  try {
    performChaos(text);
  } catch (error) {
    return { kind: 'crash', crash: 'exception', reason: describeError(error) };
  }
  return judgeText(text, issuesMax, undecided);
}
