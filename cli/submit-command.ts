/** `submit FILE…`: sends resources to a lane and reports each that could not be sent. */
import { type Command, Option } from 'commander';
import { type Lane, lanes } from '../core/message/messages.ts';
import { complain, print } from '../terminal/print.ts';
import { printable } from '../terminal/printable.ts';
import { duration } from './breaker-command.ts';
import { sourceLabel } from './command-line.ts';
import { STANDARD_INPUT } from './input/bytes.ts';
import { type Entry, place } from './input/entry.ts';
import { measureInputs, readInputs } from './input/read-input.ts';
import { stopOnInterrupt } from './interrupt.ts';
import { bar, rateMeter, showProgress } from './progress.ts';
import { Sent } from './submit/sent.ts';
import { submit } from './submit/submit.ts';
import { type UnsentFile, unsentFile } from './submit/unsent-file.ts';
import { laneQueueName, openTarget } from './target.ts';

interface Options {
  readonly lane: Lane;
  readonly stage: string;
  readonly source?: string;
  /** Ms. Undefined if it does not wait. */
  readonly wait?: number;
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
    .option('--stage <stage>', 'the stage to send to', 'dev')
    .option('--wait <time>', 'wait this long for their endings, such as 30s or 10m', duration)
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
  const sent = new Sent();
  const interrupt = interruptOf(files);
  const entries = inOrder(
    readInputs(files, (bytes) => {
      done.bytes += bytes;
    }),
    interrupt,
  );
  let last: string | undefined;
  const counts = await submit(target, entries.each, {
    ...(options.source !== undefined && { source: options.source }),
    onAccepted: (resource, messageId) => {
      done.accepted += 1;
      last = messageId;
      if (options.wait !== undefined) sent.add(resource, messageId, entries.placeOf(resource));
    },
    onUnsent: async (entry, reason) => {
      progress.log(printable(`${place(entry)}: not sent: ${reason}`));
      if (entry.kind === 'resource') await unsent.keep(entry.text);
    },
  }).finally(progress.stop);
  print(`submitted ${counts.accepted} to ${laneQueueName(options.stage, options.lane)}`);
  if (last !== undefined) {
    print(`to see one: npm run cli -- message show ${last} --stage ${options.stage}`);
  }
  if (entries.isCut()) {
    complain(interrupted(entries.last()));
    process.exitCode = 1;
  } else if (options.wait !== undefined && counts.accepted > 0) {
    const { sayHowTheyEnded } = await import('./submit/endings.ts');
    if (!(await sayHowTheyEnded(options.stage, sent, options.wait, interrupt)))
      process.exitCode = 1;
  }
  if (counts.unsent === 0) return;
  complain(printable(`error: ${counts.unsent} could not be sent, ${whereabouts(unsent)}`));
  process.exitCode = 1;
}

/** Standard input may never end, and is closed. */
function interruptOf(files: readonly string[]): AbortSignal {
  return stopOnInterrupt(() => {
    if (files.includes(STANDARD_INPUT)) process.stdin.destroy();
  });
}

/** The same entries up to an interrupt, and the position of each. */
function inOrder(all: AsyncIterable<Entry>, interrupt: AbortSignal) {
  const places = new WeakMap<Entry, number>();
  let last: Entry | undefined;
  let isCut = false;
  async function* each(): AsyncGenerator<Entry> {
    let read = 0;
    for await (const entry of all) {
      if (interrupt.aborted) break;
      places.set(entry, read);
      read += 1;
      last = entry;
      yield entry;
    }
    isCut = interrupt.aborted;
  }
  return {
    each: each(),
    placeOf: (entry: Entry) => places.get(entry) ?? 0,
    last: () => last,
    isCut: () => isCut,
  };
}

function interrupted(last: Entry | undefined): string {
  if (last === undefined) return 'interrupted: nothing was sent';
  return printable(`interrupted after ${place(last)}: nothing behind it was sent`);
}

function whereabouts(unsent: UnsentFile): string {
  const [kept, trouble] = [unsent.name(), unsent.trouble()];
  const file = kept === undefined ? undefined : `kept in ${kept}`;
  return [file, trouble].filter(Boolean).join('; ') || 'none of them is a resource';
}
