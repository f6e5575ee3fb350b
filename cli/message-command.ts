/** `message`: where is message X? */
import type { Command } from 'commander';
import { complain, print } from '../terminal/print.ts';
import { printableJson, printableLines } from '../terminal/printable.ts';
import type { FoundMessage } from './message/find.ts';
import type { AttemptLog } from './message/logs.ts';
import { byOption, type LookOptions, looking, reasonOption } from './operator-options.ts';
import type { QuarantineStage } from './quarantine/stage.ts';
import { TargetError } from './target.ts';
import { UsageError } from './usage-error.ts';

interface ShowOptions extends LookOptions {
  readonly logs?: true;
  readonly reveal?: true;
  readonly reason?: string;
  readonly by: string;
}

export function addMessage(program: Command): void {
  const message = program.command('message').description('show the life of one message');
  looking(message.command('show').description('from its receipt to its ending, without PHI'))
    .argument('<id>', 'message id, correlation id, or FILE:LINE of the submitted file')
    .option('--logs', 'print what was logged of each attempt that ran alone')
    .option('--reveal', 'print the stored resource: PHI. The audit log gets a fact')
    .addOption(reasonOption())
    .addOption(byOption())
    .action(show);
}

async function show(asked: string, options: ShowOptions): Promise<void> {
  const { stage, json, reveal, reason } = options;
  if (reveal === true && reason === undefined) {
    throw new UsageError('--reveal needs --reason TEXT: why you must see it, for the record');
  }
  const { openStage } = await import('./quarantine/stage.ts');
  const { findMessages } = await import('./message/find.ts');
  const { describeLife, describeLog, describeUnknown } = await import('./message/describe.ts');
  const opened = await openStage(stage);
  const found = await findMessages(opened, asked, () =>
    complain('no message has this id: searching the whole tables for its attributes'),
  );
  if (found.length === 0) {
    complain(describeUnknown(asked, stage));
    process.exitCode = 1;
    return;
  }
  const bodies = reveal === true ? await bodiesOf(found, opened, options) : [];
  const logs = options.logs === true ? await logsOf(found, stage) : [];
  if (json) {
    print(
      printableJson({ messages: found.map(({ life }, n) => asJson(life, bodies[n], logs[n])) }),
    );
    return;
  }
  const texts = found.map(({ life }, n) => {
    const body = bodies[n];
    const resource = body === undefined ? [] : ['resource', printableLines(body)];
    const log = (logs[n] ?? []).map(describeLog);
    return [describeLife(life, stage, Date.now()), ...log, ...resource].join('\n');
  });
  print(texts.join('\n\n'));
}

const iso = (at: number) => new Date(at).toISOString();

function asJson(
  { sentAt, steps, ...life }: FoundMessage['life'],
  body: string | undefined,
  logs: readonly AttemptLog[] | undefined,
) {
  return {
    ...life,
    sentAt: iso(sentAt),
    steps: steps.map(({ at, what }) => ({ ...(at !== undefined && { at: iso(at) }), what })),
    ...(logs !== undefined && { logs: logs.map(logAsJson) }),
    ...(body !== undefined && { resource: body }),
  };
}

function logAsJson({ lines, ...log }: AttemptLog) {
  const written = lines.map(({ at, ...line }) => ({
    ...(at !== undefined && { at: iso(at) }),
    ...line,
  }));
  return { ...log, lines: written };
}

async function logsOf(found: readonly FoundMessage[], stage: string): Promise<AttemptLog[][]> {
  const { hasRuntime } = await import('./local/ask.ts');
  const { attemptLogs } = await import('./message/logs.ts');
  const local = await hasRuntime();
  return Promise.all(found.map(({ life }) => attemptLogs(life, stage, local)));
}

/** The text of each that is stored: recorded before it is read (R42). */
async function bodiesOf(
  found: readonly FoundMessage[],
  opened: QuarantineStage,
  { stage, by, reason = '' }: ShowOptions,
): Promise<(string | undefined)[]> {
  const { recordRead } = await import('./quarantine/reveal.ts');
  const { openRecorder } = await import('./audit/recorder.ts');
  const { bodyOfStored } = await import('../aws/stored-messages.ts');
  const { textOf } = await import('./quarantine/body.ts');
  const bodies: (string | undefined)[] = [];
  for (const { life, stored } of found) {
    if (stored === undefined) {
      bodies.push(undefined);
      continue;
    }
    const read = { pk: life.messageId, lane: life.lane, what: 'stored resource' };
    await recordRead(read, { by, reason }, () => openRecorder(stage));
    const placed = await bodyOfStored(opened.resourcesTable, stored.pk);
    if (placed === undefined) throw new TargetError('its resource was replaced or erased just now');
    bodies.push(await textOf(opened, placed));
  }
  return bodies;
}
