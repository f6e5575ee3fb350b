/**
 * `npm run simulate -- --seed N --messages M`: deployed code under simulated AWS, with faults by chance. The same
 * seed and commit give the same run. Ends with status 1 where a rule does not hold.
 */
import { parseArgs } from 'node:util';
import { type RunReport as AuditReport, runAudit } from './audit-run.ts';
import { CHECKERS } from './checkers.ts';
import { deploy } from './deployment.ts';
import { type RunReport, run } from './run.ts';

const TAIL_LINES = 40;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    messages: { type: 'string', default: '2000' },
    runs: { type: 'string', default: '1' },
    audit: { type: 'boolean', default: false },
    follow: { type: 'boolean', default: false },
  },
});

const { plan, dispose } = await deploy();
const first = wholeNumber('seed');
for (let seed = first; seed < first + wholeNumber('runs'); seed += 1) {
  if (!(await runOne(seed))) process.exitCode = 1;
}
await dispose();

async function runOne(seed: number): Promise<boolean> {
  const tail: string[] = [];
  const follow = (line: string) => {
    if (values.follow) console.log(line);
    if (tail.push(line) > TAIL_LINES) tail.shift();
  };
  const messages = wholeNumber('messages');
  const startedAt = process.hrtime.bigint();
  try {
    const settings = { seed, messages, follow, checkers: CHECKERS };
    const report = values.audit ? await runAudit(plan, settings) : await run(plan, settings);
    print(report, Number(process.hrtime.bigint() - startedAt) / 1e9);
    return true;
  } catch (fault) {
    console.log(`seed ${seed}: ${fault instanceof Error ? fault.stack : fault}`);
    console.log(`the last of what happened (ms, who, what):\n${tail.join('\n')}`);
    console.log(`again: npm run simulate -- --seed ${seed} --messages ${messages} --follow`);
    return false;
  }
}

function print(report: AuditReport | RunReport, seconds: number): void {
  const { seed, faults, virtualMs, events, environments, digest } = report;
  const [count, what] =
    'facts' in report ? [report.facts, 'facts'] : [report.submissions, 'submissions'];
  const used = Object.entries(environments).map(([name, count]) => `${name} ${count}`);
  console.log(`seed ${seed}: ${count} ${what}, all rules held`);
  console.log(`  faults        ${faults}`);
  console.log(`  virtual time  ${(virtualMs / 60_000).toFixed(1)} minutes, ${events} events`);
  console.log(`  environments  ${used.join(', ')}`);
  console.log(
    `  real time     ${seconds.toFixed(1)} s, ${Math.round(count / seconds)} ${what} a second`,
  );
  console.log(`  digest        ${digest}`);
}

function wholeNumber(name: 'seed' | 'messages' | 'runs'): number {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number >= 0) return number;
  throw new Error(`--${name} is a whole number, and not "${values[name]}"`);
}
