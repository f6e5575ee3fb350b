/** A process of its own that does what each text says, without any validator. */
import type { Verdict } from '../../../core/message/verdict.ts';
import type { OwnProcessTask, OwnProcessWord } from '../../../packages/isolation/child.ts';
import { type Outcome, SLOW } from '../../../packages/isolation/outcome.ts';

const say = (word: OwnProcessWord) =>
  new Promise((resolve) => process.send?.(word, undefined, undefined, resolve));

/** A verdict that quotes its text, by this process. */
const valid = (text: string): Outcome<Verdict> => ({
  kind: 'finished',
  result: {
    kind: 'valid',
    resourceType: String(process.pid),
    issues: [{ severity: 'warning', code: 'x', text }],
  },
});

process.on('disconnect', () => process.exit());
process.on('message', async ({ number, text }: OwnProcessTask) => {
  if (text === 'die before it begins') process.exit(3);
  await say({ kind: 'begun', number });
  if (text === 'die') process.exit(4);
  if (text === 'never answer') return;
  if (text === 'answer the one before') {
    await say({ kind: 'ended', number: number - 1, outcome: valid('late') });
  }
  if (text === 'answer and die') {
    await say({ kind: 'ended', number, outcome: valid(text) });
    process.exit(5);
  }
  if (text === 'take long') await say({ kind: 'ended', number, outcome: SLOW });
  const crash = { kind: 'died', crash: 'timeout', reason: String(process.pid) } as const;
  await say({ kind: 'ended', number, outcome: text === 'time out' ? crash : valid(text) });
});
await say({ kind: 'loaded' });
