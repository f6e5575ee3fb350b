/** `submit FILE…`: sends resources to a lane and says what came of each that could not be sent. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Lane, lanes } from '../core/messages.ts';
import { place } from './input/entry.ts';
import { measureInputs, readInputs } from './input/read-input.ts';
import { complain, print } from './print.ts';
import { printable } from './printable.ts';
import { bar, rateMeter, showProgress } from './progress.ts';
import { submit } from './submit/submit.ts';
import { unsentFile } from './submit/unsent-file.ts';
import { laneQueueName, openTarget } from './target.ts';

interface Options {
  readonly lane: Lane;
  readonly stage: string;
  readonly source?: string;
}

export function addSubmit(program: Command): void {
  program
    .command('submit')
    .description(
      'submit resources to a lane: NDJSON, JSON, Bundles (by entry), plain or .gz; - is stdin',
    )
    .argument('<file...>')
    .addOption(new Option('--lane <lane>', 'the lane').choices(lanes).default('background'))
    .option('--source <label>', 'who submits, up to 128 characters', sourceLabel)
    .option('--stage <stage>', 'the stage that takes them', 'dev')
    .action(submitFiles);
}

async function submitFiles(files: string[], options: Options): Promise<void> {
  const bytesTotal = await measureInputs(files);
  const target = await openTarget(options.stage, options.lane);
  const unsent = unsentFile(`unsent-${new Date().toISOString().replace(/:/g, '')}.ndjson`);
  const rate = rateMeter();
  const done = { bytes: 0, accepted: 0, unsent: 0 };
  const progress = showProgress(process.stderr, () =>
    `${bar(done.bytes, bytesTotal)} ${done.accepted} submitted, ${rate(done.accepted)}/s`.trim(),
  );
  const entries = readInputs(files, (bytes) => {
    done.bytes += bytes;
  });
  const counts = await submit(target, entries, {
    ...(options.source !== undefined && { source: options.source }),
    onAccepted: () => {
      done.accepted += 1;
    },
    onUnsent: async (entry, reason) => {
      progress.log(printable(`${place(entry)}: not sent: ${reason}`));
      if (entry.kind === 'resource') await unsent.keep(entry.text);
    },
  }).finally(progress.stop);
  print(`submitted ${counts.accepted} to ${laneQueueName(options.stage, options.lane)}`);
  if (counts.unsent === 0) return;
  const kept = unsent.name();
  const where = kept === undefined ? 'none of them readable' : `kept in ${kept}`;
  complain(printable(`error: ${counts.unsent} could not be sent, ${where}`));
  process.exitCode = 1;
}

function sourceLabel(label: string): string {
  if (label.length >= 1 && label.length <= 128) return label;
  throw new InvalidArgumentError('It must have 1 to 128 characters.');
}
