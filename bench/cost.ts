/**
 * `npm run cost -- --resources N --size KB --invalid P --crash P`: the monthly bill on AWS, from the
 * calls of a real run on this machine and published prices, beside a plain SQS, Lambda and DynamoDB
 * pipeline that was metered in the same run; and what each promise costs.
 */
import { join } from 'node:path';
import { packed } from '../aws/packed-text.ts';
import { command, run as runCommand, share, wholeNumber } from '../cli/command-line.ts';
import { ensureBuilt, LOCAL } from '../demo/build.ts';
import { type Bill, billOf, trailUsd } from './cost/bill.ts';
import { marksTable, measureMarks } from './cost/marks.ts';
import { builtResources, builtTemplate, measure } from './cost/measure.ts';
import { PRICES_AS_OF } from './cost/prices.ts';
import { standing } from './cost/standing-cost.ts';
import { texts } from './cost/texts.ts';
import { PROMISES } from './cost/usage.ts';

const BATCH_SIZES = [1, 10, 100];
const ROOT = join(import.meta.dirname, '..');

interface Options {
  readonly resources: number;
  readonly size: number;
  readonly invalid: number;
  readonly crash: number;
  readonly sample: number;
}

const program = command('npm run cost --')
  .description('Prints what a month would cost on AWS.')
  .option('--resources <n>', 'a month', wholeNumber(1, 1e12), 10_000_000)
  .option('--size <KB>', 'of one resource', wholeNumber(2, 90), 4)
  .option('--invalid <share>', 'of them, 0 to 1', share, 0.02)
  .option('--crash <share>', 'of them, 0 to 1', share, 0.0001)
  .option('--sample <n>', 'valid resources that are run here', wholeNumber(50, 100_000), 1_000)
  .action(run);
process.exitCode = await runCommand(program, process.argv.slice(2));

async function run({ resources, size, invalid, crash, sample }: Options): Promise<void> {
  await ensureBuilt(ROOT, console.error);
  const bytes = size * 1_000;
  const counts = { valid: sample, invalid: Math.ceil(sample / 2), crashing: 25 };
  const directory = join(ROOT, 'build', 'cost');
  const built = join(ROOT, LOCAL.assembly);
  const measured = await measure({ bytes, counts, directory, built }, console.error);
  const fixed = standing(await builtResources(builtTemplate(ROOT)), measured.metrics.idle);
  const packedBytes = mean(texts('valid', 200, bytes, 2).map((text) => packed(text).length));
  const bill = billOf({ resources, bytes, packedBytes, invalid, crash }, measured, fixed);
  print(bill, fixed.usd());
  console.log(`\n${marksTable(await measureMarks(BATCH_SIZES))}`);
  const gbMs = (of: { of(item: 'lambdaGbSeconds'): number }) =>
    (of.of('lambdaGbSeconds') * 1_000).toFixed(2);
  console.log(`
CloudTrail's data events (trail.dataEvents) would be at most $${trailUsd(bill.ours).toFixed(2)} more.
Measured here: every request, its size and DynamoDB's capacity; logs; Lambda's time on this machine
(GB-ms a resource: ours ${gbMs(measured.ours.valid)} valid, ${gbMs(measured.ours.invalid)} invalid, ${gbMs(measured.ours.crashing)} crashing; plain ${gbMs(measured.plain.valid)} valid).
Assumed: ${counts.crashing} crashes stand for all, incidents among them; batches of ten as on lane critical; validators
with 1 GB; reports and analytics as bench/cost/insight.ts says; what is valid is kept a month, in ${Math.round(packedBytes)} bytes here and unpacked there; idle polls, wakes, key requests and alarms as bench/cost/standing-cost.ts
says; a closed breaker writes nothing, and reads at most once a second and environment ($0.45 an
hour for 1,000 busy ones). Not in it: free tiers, data transfer, support.
Prices: us-east-1, ${PRICES_AS_OF}, bench/cost/prices.ts.`);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function print({ ours, plain }: Bill, fixedUsd: number): void {
  const usd = (value = 0) => `$${value.toFixed(2)}`.padStart(14);
  const [mine, theirs] = [ours.byService(), plain.byService()];
  console.log(`${'a month, by service'.padEnd(32)}${'ours'.padStart(14)}${'plain'.padStart(14)}`);
  for (const service of [...mine.keys()].sort()) {
    console.log(`${service.padEnd(32)}${usd(mine.get(service))}${usd(theirs.get(service))}`);
  }
  console.log(`${'all'.padEnd(32)}${usd(ours.usd())}${usd(plain.usd())}`);
  console.log(`${'of it whether used or not'.padEnd(32)}${usd(fixedUsd)}\n`);
  const promises = ours.byPromise();
  console.log('what each promise costs');
  for (const promise of PROMISES) {
    if (promise === 'private network' && !promises.get(promise)) continue;
    console.log(`${promise.padEnd(32)}${usd(promises.get(promise))}`);
  }
}
