/** `delivery`: shows what the FHIR server neither accepts nor refuses (R18). */

import { type Command, Option } from 'commander';
import { print } from '../terminal/print.ts';
import { duration } from './breaker-command.ts';
import { describeFailing } from './delivery/describe.ts';
import { type LookOptions, looking } from './operator-options.ts';

interface ListOptions extends LookOptions {
  readonly for: number;
}

export function addDelivery(program: Command): void {
  const delivery = program
    .command('delivery')
    .description('list resources that the FHIR server fails to accept');
  looking(
    delivery
      .command('list')
      .description('deliveries that have failed for a while, the oldest first'),
  )
    .addOption(
      new Option('--for <time>', 'for at least this long, such as 10m or 24h')
        .argParser(duration)
        .default(3_600_000, '1h'),
    )
    .action(list);
}

async function list({ stage, json, for: failingMs }: ListOptions): Promise<void> {
  const { readFailing } = await import('./delivery/read.ts');
  const found = await readFailing(stage, Date.now() - failingMs);
  const text = json ? JSON.stringify(found) : describeFailing(found, Date.now());
  print(text);
}
