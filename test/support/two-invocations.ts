/**
 * A process that is frozen between two invocations, as Lambda does it. It validates a text that never ends
 * in each place, ends that invocation, and prints `over`. After a word on standard input it validates
 * another text in the same places and prints the verdicts; then it waits to be killed.
 */
import { once } from 'node:events';
import { during } from '../../functions/validate/isolated-validator.ts';
import { validationPool } from '../../functions/validate/validation-pool.ts';
import { validationProcess } from '../../functions/validate/validation-process.ts';

const confinement = {
  deadlineMs: 20_000,
  heapOldMb: 64,
  heapYoungMb: 16,
  options: { chaos: false, issuesMax: 100 },
};
const pool = validationPool({
  ...confinement,
  url: new URL('./workers/scripted.ts', import.meta.url),
  size: 1,
});
const ownProcess = validationProcess(new URL('./workers/scripted-process.ts', import.meta.url), {
  ...confinement,
  pluginMemoryMb: 64,
});
await Promise.all([pool.ready(), ownProcess.ready()]);

const first = new AbortController();
const before = [
  during(pool, first.signal).validate('hang', 0),
  during(ownProcess, first.signal).validate('never answer', 0),
  // It waits behind the other, and must not begin after that one is gone.
  during(ownProcess, first.signal).validate('waits', 0),
];
// The turn in which texts are passed to the workers.
await new Promise(setImmediate);
first.abort();
console.log('over');
await once(process.stdin, 'data');
const second = new AbortController().signal;
const after = [
  during(pool, second).validate('next', 0),
  during(ownProcess, second).validate('next', 0),
];
console.log(JSON.stringify({ before: await Promise.all(before), after: await Promise.all(after) }));
