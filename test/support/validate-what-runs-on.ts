/**
 * A process of its own, because a thread that V8 cannot end keeps its process from exiting. It validates a
 * text that never ends in a batch, prints the kinds of verdict, and waits to be killed.
 */
import { validationPool } from '../../functions/validate/validation-pool.ts';

const pool = validationPool({
  url: new URL('./workers/scripted.ts', import.meta.url),
  size: 1,
  deadlineMs: 1_000,
  heapOldMb: 64,
  heapYoungMb: 16,
  options: { chaos: false, issuesMax: 100 },
});
const verdicts = await Promise.all(
  ['before', 'run on', 'after'].map((text) => pool.validate(text, 0, undefined, { inBatch: true })),
);
console.log(JSON.stringify(verdicts.map((one) => (one.kind === 'crash' ? one.crash : one.kind))));
