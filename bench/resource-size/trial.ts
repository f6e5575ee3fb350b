/**
 * Validates one resource in a new process, as `validate` would. Prints the verdict and the CPU time
 * of the process. A process of its own, because some deaths kill the process.
 */
import { validationPool } from '../../functions/validate/validation-pool.ts';
import { CHARACTERS, type Characters, INVALID, VALID } from './shapes.ts';

const [shape = '', characters = '', bytes = '', heapOldMb = '', heapYoungMb = ''] =
  process.argv.slice(2);
const make = VALID[shape] ?? INVALID[shape];
if (make === undefined) throw new TypeError(`no such shape: ${shape}`);
const text = make(Number(bytes), CHARACTERS[characters as Characters]);
const pool = validationPool({
  url: new URL('../../functions/validate/worker.ts', import.meta.url),
  size: 1,
  spares: 0,
  // The deadline is compared with the CPU time: a busy machine must not decide.
  deadlineMs: 120_000,
  heapOldMb: Number(heapOldMb),
  heapYoungMb: Number(heapYoungMb),
  options: { chaos: false, issuesMax: 100 },
});
await pool.ready();
const before = process.cpuUsage();
const verdict = await pool.validate(text, 0);
const { user, system } = process.cpuUsage(before);
const kind = verdict.kind === 'crash' ? verdict.crash : verdict.kind;
console.log(JSON.stringify({ verdict: kind, cpuMs: Math.round((user + system) / 1_000) }));
process.exit(0);
