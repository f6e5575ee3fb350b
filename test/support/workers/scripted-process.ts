/** A process of its own that does what each text says, without any validator. */
import type { Verdict } from '../../../core/message/verdict.ts';
import type { OwnProcessTask, OwnProcessWord } from '../../../packages/isolation/child.ts';

const say = (word: OwnProcessWord) =>
  new Promise((resolve) => process.send?.(word, undefined, undefined, resolve));

/** A verdict that quotes its text, by this process. */
const valid = (text: string): Verdict => ({
  kind: 'valid',
  resourceType: String(process.pid),
  issues: [{ severity: 'warning', code: 'x', text }],
});

process.on('disconnect', () => process.exit());
process.on('message', async ({ number, text }: OwnProcessTask) => {
  if (text === 'die before it begins') process.exit(3);
  await say({ kind: 'begun', number });
  if (text === 'die') process.exit(4);
  if (text === 'never answer') return;
  if (text === 'answer the one before') {
    await say({ kind: 'judged', number: number - 1, judgement: valid('late') });
  }
  if (text === 'answer and die') {
    await say({ kind: 'judged', number, judgement: valid(text) });
    process.exit(5);
  }
  const crash = { kind: 'crash', crash: 'timeout', reason: String(process.pid) } as const;
  await say({ kind: 'judged', number, judgement: text === 'time out' ? crash : valid(text) });
});
await say({ kind: 'loaded' });
