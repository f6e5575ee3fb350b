/** A worker that knows nothing of resources: counts words, with a step for each text that asks for one. */
import { type Run, serveTexts } from '../../../packages/isolation/worker.ts';

interface Options {
  readonly separator: string;
}

serveTexts(({ separator }: Options) => ({ text, data, resume, ...steps }: Run) => {
  const words = text.split(separator);
  if (text === 'throw') throw new RangeError('a word too many');
  if (text === 'large') return 'x'.repeat(200_000);
  for (const position of [0, 1]) {
    if (resume !== undefined && Number(resume) > position) continue;
    steps.enterStep(position, words.length);
    if (words[position] === 'exit') process.exit(3);
  }
  steps.leaveSteps();
  return `${words.length} words of ${data}, ${resume === undefined ? 'at once' : 'resumed'}`;
});
